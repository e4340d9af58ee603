import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PARTY_ROLES } from '../src/agreement.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import { verifyGrant, whatWasSaid } from '../src/grant.ts';
import { GRANT_BYTES_LIMIT, type Grant, grantDigest, parseGrant } from '../src/grant-document.ts';
import { grantStatementText, parseGrantStatement } from '../src/grant-note.ts';
import { replayRules } from '../src/rules-replay.ts';
import type { RulesState } from '../src/rules-state.ts';
import { NOW } from './example-agreement.ts';
import {
  APPROVED,
  exampleGrant,
  RECORDING,
  type Said,
  said,
  signedAgreement,
  verdictOf,
} from './grant-fixture.ts';
import { both, noteOf, PARTIES, signedEntries, TRUST } from './rules-fixture.ts';

const rulesOf = (verdict: { ok: boolean; faults?: readonly { rule: string }[] }) =>
  verdict.ok ? [] : [...new Set(verdict.faults?.map(({ rule }) => rule))].sort();
const { rules, about, agreement } = await signedAgreement();
const document = canonicalBytes(exampleGrant(about));
const digest = await grantDigest(document, crypto.subtle);

describe('the document of a grant', () => {
  it('[GRT1, GRT33] is read from its canonical bytes alone, and is frozen', () => {
    const read = parseGrant(document);
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    expect(read.value).toEqual(exampleGrant(about));
    expect(Object.isFrozen(read.value.slice)).toBe(true);
    const spaced = new TextEncoder().encode(`${new TextDecoder().decode(document)} `);
    expect(rulesOf(parseGrant(spaced))).toEqual(['GRT1']);
    expect(rulesOf(parseGrant(new Uint8Array(GRANT_BYTES_LIMIT + 1).fill(0x20)))).toEqual(['GRT1']);
  });

  it('[GRT3-GRT10] tells every fault of form at once', () => {
    const broken = {
      ...exampleGrant(about),
      id: 'x',
      asker: 'somebody@works.example',
      purpose: 'performance',
      reading: ['rendering', 'dataset'],
      slice: { kind: 'recordings', recordings: ['b', 'a'] },
      jobKey: PARTIES.employer.keys.mlDsa44,
      from: -1,
    };
    const faults = parseGrant({ json: broken });
    expect(rulesOf(faults)).toEqual(['GRT10', 'GRT3', 'GRT5', 'GRT6', 'GRT7', 'GRT8', 'GRT9']);
    expect(JSON.stringify(faults)).not.toMatch(/somebody|performance/);
  });

  it('[GRT1] property: never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.json().map((text) => new TextEncoder().encode(text)),
          fc.tuple(fc.nat(document.length - 1), fc.nat(255)).map(([at, byte]) => {
            const bytes = document.slice();
            bytes[at] = byte;
            return bytes;
          }),
        ),
        (bytes) => {
          const read = parseGrant(bytes);
          expect(read.ok || read.faults.length > 0).toBe(true);
        },
      ),
    );
  });

  it('[GRT9] lasts 92 days at most', () => {
    const lasting = (seconds: number) =>
      parseGrant({ json: exampleGrant(about, { until: exampleGrant(about).from + seconds }) });
    expect(lasting(92 * 86_400).ok).toBe(true);
    expect(rulesOf(lasting(92 * 86_400 + 1))).toEqual(['GRT9']);
    expect(rulesOf(lasting(0))).toEqual(['GRT9']);
  });
});

describe('what is said of a grant', () => {
  const statement = fc.record({
    kind: fc.constantFrom('grant-approval' as const, 'grant-revocation' as const),
    grant: fc.stringMatching(/^[0-9a-f]{32}$/),
    digest: fc.stringMatching(/^[0-9a-f]{64}$/),
  });

  it('[GRT20] property: what is written is read back, and a changed text is another or none', () => {
    fc.assert(
      fc.property(statement, fc.nat(), fc.stringMatching(/^[ -~\n]{0,2}$/), (given, place, put) => {
        const text = grantStatementText(given);
        expect(parseGrantStatement(text)).toEqual({ ok: true, value: given });
        const cut = place % text.length;
        const changed = text.slice(0, cut) + put + text.slice(cut + 1);
        const parsed = parseGrantStatement(changed);
        if (changed !== text && parsed.ok) expect(parsed.value).not.toEqual(given);
      }),
    );
    expect(rulesOf(parseGrantStatement('aboveboard grant-refusal v1\ngrant x\nsha256 y\nbecause\n'))).toEqual(
      ['GRT20'],
    );
  });

  it('[GRT21] changes nothing when somebody enters it in the rules log', async () => {
    const entries = await signedEntries(agreement);
    for (const kind of ['grant-approval', 'grant-revocation', 'grant-refusal'] as const) {
      entries.push(await said({ id: '1b'.repeat(16) }, digest, { kind, role: 'representative' }));
    }
    const state = await replayRules(entries, TRUST, crypto.subtle);
    expect(state.standing.inForce).toBe(true);
    expect(state.acts.slice(-3).map((act) => act.kind)).toEqual(['ignored', 'ignored', 'ignored']);
  });
});

describe('whether a grant holds', () => {
  it('[GRT22, GRT23] with the approvals of the representative and of another party', async () => {
    for (const other of ['employer', 'data-protection-officer'] as const) {
      const verdict = await verdictOf({
        said: [
          { kind: 'grant-approval', role: other },
          { kind: 'grant-approval', role: 'representative' },
        ],
      });
      expect(verdict).toMatchObject({ ok: true, digest });
      if (verdict.ok)
        expect(verdict.approvedBy).toEqual(
          PARTY_ROLES.filter((role) => role === other || role === 'representative'),
        );
    }
  });

  it('[GRT22, GRT23, GRT25] property: of all that three parties can say, just this holds', async () => {
    const kinds: readonly Said['kind'][] = ['grant-approval', 'grant-refusal', 'grant-revocation'];
    const one = fc.record({
      kind: fc.constantFrom(...kinds),
      role: fc.constantFrom(...PARTY_ROLES),
      half: fc.constantFrom(undefined, 'ed25519' as const, 'mlDsa44' as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 5 }), async (given) => {
        const whole = given.filter(({ kind, half }) => kind === 'grant-approval' && half === undefined);
        const roles = new Set(whole.map(({ role }) => role));
        const stopped = given.some(({ kind }) => kind !== 'grant-approval');
        const notes = await Promise.all(
          given.map(({ half, ...rest }) =>
            said({ id: '1b'.repeat(16) }, digest, half ? { ...rest, half } : rest),
          ),
        );
        const verdict = await verifyGrant({
          grant: document,
          notes,
          rules,
          rulesTime: NOW,
          now: NOW,
          subtle: crypto.subtle,
        });
        expect(verdict.ok).toBe(!stopped && roles.size >= 2 && roles.has('representative'));
      }),
      { numRuns: 40 },
    );
  });

  it('[GRT22] not by an approval of another grant, another document, a stranger, or half a party', async () => {
    const [first, second] = APPROVED as [Said, Said];
    const other = await said({ id: '2c'.repeat(16) }, digest, second);
    const changed = await said({ id: '1b'.repeat(16) }, 'ab'.repeat(32), second);
    const text = grantStatementText({ kind: 'grant-approval', grant: '1b'.repeat(16), digest });
    const mixed = await noteOf(text, [PARTIES.employer.ed25519, PARTIES['data-protection-officer'].mlDsa44]);
    const holds = await said({ id: '1b'.repeat(16) }, digest, first);
    for (const note of [other, changed, mixed]) {
      const verdict = await verdictOf({ evidence: { notes: [holds, note] } });
      expect(rulesOf(verdict)).toEqual(['GRT23']);
    }
    // One note that two parties signed is two approvals.
    const together = await noteOf(text, [...both(PARTIES.employer), ...both(PARTIES.representative)]);
    expect((await verdictOf({ evidence: { notes: [together] } })).ok).toBe(true);
  });

  it('[GRT24] not if a party signs for the jobs, by its key or under its name', async () => {
    expect(rulesOf(await verdictOf({ grant: { jobKey: PARTIES.employer.keys.ed25519 } }))).toEqual(['GRT24']);
    const officer = PARTIES['data-protection-officer'].keys.ed25519;
    const { verifierKey, formatVerifierKey, parseVerifierKey } = await import(
      '@aboveboard/tlog/verifier-key'
    );
    const parsed = parseVerifierKey(officer);
    if (!parsed.ok) throw new Error('a key');
    const renamed = formatVerifierKey(verifierKey('jobs.works.example', 'ed25519', parsed.value.publicKey));
    expect(rulesOf(await verdictOf({ grant: { jobKey: renamed } }))).toEqual(['GRT24']);
    const named = formatVerifierKey(verifierKey(parsed.value.name, 'ed25519', new Uint8Array(32).fill(7)));
    expect(rulesOf(await verdictOf({ grant: { jobKey: named } }))).toEqual(['GRT24']);
  });

  it('[GRT25] not after one party alone stopped it, with one of its keys, whoever approved', async () => {
    for (const role of PARTY_ROLES) {
      for (const kind of ['grant-revocation', 'grant-refusal'] as const) {
        for (const half of ['ed25519', 'mlDsa44'] as const) {
          const verdict = await verdictOf({ said: [...APPROVED, { kind, role, half }, ...APPROVED] });
          expect(verdict).toMatchObject({ ok: false, faults: [{ rule: 'GRT25', at: role }] });
        }
      }
    }
  });

  it('[GRT30] not without rules, under old ones, or under rules of tomorrow', async () => {
    const at = (rulesTime: number) => verdictOf({ evidence: { rulesTime, now: NOW + 60_000 } });
    expect(rulesOf(await verdictOf({ rules: () => null }))).toEqual(['GRT23', 'GRT30']);
    expect(rulesOf(await at(NOW - 24 * 3_600_000))).toEqual(['GRT30']);
    expect(rulesOf(await at(NOW + 7 * 60_000))).toEqual(['GRT30']);
    expect(rulesOf(await at(Number.NaN))).toEqual(['GRT30']);
    expect((await at(NOW - 23 * 3_600_000)).ok).toBe(true);
  });

  it('[GRT30] not when the version fell or was followed', async () => {
    const fallen = (state: RulesState): RulesState => ({
      ...state,
      standing: { inForce: false, refusal: 'suspended', version: state.standing.version },
    });
    expect(rulesOf(await verdictOf({ rules: fallen }))).toEqual(['GRT30']);
    const next = await signedAgreement((one) => {
      one.version = 2;
    });
    const followed = (state: RulesState): RulesState => ({
      ...state,
      versions: [...state.versions, ...next.rules.versions],
      standing: next.rules.standing,
    });
    expect(rulesOf(await verdictOf({ rules: followed }))).toEqual(['GRT30']);
    expect(rulesOf(await verdictOf({ grant: { agreement: { ...about, digest: 'cd'.repeat(32) } } }))).toEqual(
      ['GRT23', 'GRT30'],
    );
    expect(rulesOf(await verdictOf({ grant: { agreement: { ...about, version: 9 } } }))).toEqual([
      'GRT23',
      'GRT30',
    ]);
  });

  it('[GRT31] not for a purpose or a time that was not agreed', async () => {
    const testing = (one: { purposes: string[] }) => {
      one.purposes = ['model-testing'];
    };
    expect(rulesOf(await verdictOf({ agreement: testing }))).toEqual(['GRT31']);
    const short = (one: { validity: { until: string } }) => {
      one.validity.until = '2026-12-01T00:00:00Z';
    };
    expect(rulesOf(await verdictOf({ agreement: short }))).toEqual(['GRT31']);
  });

  it('[GRT32] from its first second until before its last', async () => {
    const { from, until } = exampleGrant(about);
    const at = (seconds: number) =>
      verdictOf({ evidence: { now: seconds * 1000, rulesTime: seconds * 1000 } });
    expect((await at(from)).ok).toBe(true);
    expect((await at(until - 1)).ok).toBe(true);
    for (const seconds of [from - 1, until, Number.NaN])
      expect(rulesOf(await at(seconds))).toContain('GRT32');
  });

  it('[GRT33] tells all the faults at once, and never throws', async () => {
    const verdict = await verdictOf({
      grant: { jobKey: PARTIES.employer.keys.ed25519 },
      said: [{ kind: 'grant-refusal', role: 'employer' }],
      agreement: (one) => {
        one.purposes = ['model-testing'];
      },
      evidence: { now: NOW + 100 * 86_400_000 },
    });
    expect(rulesOf(verdict)).toEqual(['GRT23', 'GRT24', 'GRT25', 'GRT30', 'GRT31', 'GRT32']);
    const nothing = undefined as unknown as Uint8Array;
    expect((await verdictOf({ evidence: { grant: nothing } })).ok).toBe(false);
    expect((await verdictOf({ evidence: { notes: [nothing] } })).ok).toBe(false);
    const holding = await verdictOf();
    expect(Object.isFrozen(holding)).toBe(true);
  });

  it('[GRT22] who shows what waits sees the same approvals', async () => {
    const [version] = rules.versions;
    if (!version) throw new Error('a version');
    const note = await said({ id: '1b'.repeat(16) }, digest, { kind: 'grant-approval', role: 'employer' });
    const shown = whatWasSaid([note, note], { grant: exampleGrant(about), digest, version });
    expect(shown).toEqual({ approved: ['employer'], ended: [] });
  });
});

type Vectors = {
  valid: { why: string; document: string; digest: string }[];
  invalid: { why: string; document: string; rule: string }[];
  agreement: string;
  verdicts: { why: string; grant: string; notes: string[]; rules: string; now: number; faults: string[] }[];
};
const vectors = JSON.parse(
  readFileSync(new URL('../../../vectors/grant/grants.json', import.meta.url), 'utf8'),
) as Vectors;
const utf8 = new TextEncoder();

describe('vectors of grants', async () => {
  for (const { why, document: text, digest: expected } of vectors.valid) {
    it(`[GRT1-GRT10] reads ${why}`, async () => {
      expect(parseGrant(utf8.encode(text)).ok).toBe(true);
      expect(await grantDigest(utf8.encode(text), crypto.subtle)).toBe(expected);
    });
  }
  for (const { why, document: text, rule } of vectors.invalid) {
    it(`[${rule}] refuses ${why}`, () => expect(rulesOf(parseGrant(utf8.encode(text)))).toContain(rule));
  }
  for (const { why, grant, notes, rules: at, now, faults } of vectors.verdicts) {
    it(`[GRT22, GRT23, GRT25, GRT32] judges ${why}`, async () => {
      const verdict = await verifyGrant({
        grant: utf8.encode(grant),
        notes: notes.map((note) => utf8.encode(note)),
        rules: at === 'in-force' ? rules : null,
        rulesTime: now,
        now,
        subtle: crypto.subtle,
      });
      expect(rulesOf(verdict)).toEqual(faults);
    });
  }
  it('[GRT4] are under the agreement that stands with them', () =>
    expect(vectors.agreement).toBe(new TextDecoder().decode(canonicalBytes(agreement))));
  it('[GRT8] name no person', () => {
    const grant: Grant = exampleGrant(about, { slice: { kind: 'recordings', recordings: [RECORDING] } });
    expect(parseGrant({ json: grant }).ok).toBe(true);
    expect(rulesOf(parseGrant({ json: { ...grant, slice: { kind: 'person', person: 'x' } } }))).toEqual([
      'GRT8',
    ]);
  });
});
