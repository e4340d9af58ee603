import { describe, expect, it } from 'vitest';
import type { PartyRole } from '../src/agreement.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import { parseGrantStatement } from '../src/grant-note.ts';
import { verifyHold } from '../src/hold.ts';
import { HOLD_DAYS_LIMIT, type Hold, holdDigest, parseHold } from '../src/hold-document.ts';
import {
  type HoldStatement,
  holdStatementText,
  parseHoldStatement,
  signHoldStatement,
} from '../src/hold-note.ts';
import { parseStatement } from '../src/rules-statement.ts';
import { NOW } from './example-agreement.ts';
import { RECORDING, signedAgreement } from './grant-fixture.ts';
import { both, PARTIES } from './rules-fixture.ts';

const { rules, about } = await signedAgreement();
const SECOND = Math.floor(NOW / 1000);
const exampleHold = (change: Partial<Hold> = {}): Hold => ({
  format: 'aboveboard-hold',
  formatVersion: 1,
  id: '2c'.repeat(16),
  agreement: about,
  reason: 'court-order',
  slice: { kind: 'recordings', recordings: [RECORDING] },
  from: SECOND,
  until: SECOND + 30 * 86_400,
  ...change,
});
const document = canonicalBytes(exampleHold());
const digest = await holdDigest(document, crypto.subtle);
type Said = [kind: HoldStatement['kind'], role: PartyRole, half?: 'ed25519' | 'mlDsa44'];
const note = ([kind, role, half]: Said, of = { hold: '2c'.repeat(16), digest }) =>
  signHoldStatement({ kind, ...of }, half ? [PARTIES[role][half]] : both(PARTIES[role]));
const APPROVED: Said[] = [
  ['hold-approval', 'employer'],
  ['hold-approval', 'representative'],
];
const verdictOf = async (said: readonly Said[], change: Partial<Parameters<typeof verifyHold>[0]> = {}) => {
  const notes = await Promise.all(said.map((one) => note(one)));
  return verifyHold({ hold: document, notes, rules, now: NOW, subtle: crypto.subtle, ...change });
};
const rulesOf = (verdict: Awaited<ReturnType<typeof verifyHold>>) =>
  verdict.ok ? [] : verdict.faults.map(({ rule, at }) => `${rule} ${at}`);

describe('a legal hold', () => {
  it('[HLD1, HLD2, HLD3, HLD4, HLD5] is read strictly, and has no field for a person', () => {
    expect(parseHold(document)).toEqual({ ok: true, value: exampleHold() });
    const faulty: [Partial<Record<string, unknown>>, string][] = [
      [{ person: 'Ada' }, 'HLD1'],
      [{ format: 'aboveboard-grant' }, 'HLD1'],
      [{ id: 'x' }, 'HLD1'],
      [{ reason: 'performance' }, 'HLD1'],
      [{ slice: { kind: 'everything' } }, 'HLD4'],
      [{ until: SECOND }, 'HLD5'],
      [{ until: SECOND + (HOLD_DAYS_LIMIT * 86_400 + 1) }, 'HLD5'],
    ];
    for (const [change, rule] of faulty) {
      const parsed = parseHold({ json: { ...exampleHold(), ...change } });
      expect(parsed.ok ? [] : parsed.faults.map((fault) => fault.rule)).toEqual([rule]);
    }
    expect(parseHold(new TextEncoder().encode(` ${new TextDecoder().decode(document)}`)).ok).toBe(false);
  });

  it('[HLD10, HLD11] what is said of it has one spelling, which says nothing of a grant or of the rules', () => {
    const text = holdStatementText({ kind: 'hold-approval', hold: '2c'.repeat(16), digest });
    expect(parseHoldStatement(text).ok).toBe(true);
    for (const other of [
      `${text}\n`,
      text.replace('v1', 'v2'),
      text.replace('hold-approval', 'grant-approval'),
    ]) {
      expect(parseHoldStatement(other).ok).toBe(false);
    }
    expect(parseGrantStatement(text).ok).toBe(false);
    expect(parseStatement(text).ok).toBe(false);
  });

  it('[HLD12] holds by the approvals of employer and representative, each with both algorithms', async () => {
    expect((await verdictOf(APPROVED)).ok).toBe(true);
  });

  it.each<[what: string, said: Said[], faults: string[]]>([
    ['nobody', [], ['HLD12 employer', 'HLD12 representative']],
    ['the employer alone', [['hold-approval', 'employer']], ['HLD12 representative']],
    ['the representative alone', [['hold-approval', 'representative']], ['HLD12 employer']],
    [
      'the officer in place of the representative',
      [
        ['hold-approval', 'employer'],
        ['hold-approval', 'data-protection-officer'],
      ],
      ['HLD12 representative'],
    ],
    [
      'the representative with one algorithm',
      [
        ['hold-approval', 'employer'],
        ['hold-approval', 'representative', 'ed25519'],
      ],
      ['HLD12 representative'],
    ],
  ])('[HLD12] seeded hole: approved by %s it is no hold', async (_, said, faults) => {
    expect(rulesOf(await verdictOf(said))).toEqual(faults);
  });

  it.each<PartyRole>(['employer', 'representative', 'data-protection-officer'])(
    '[HLD15] one signature of %s ends it for good',
    async (role) => {
      const said: Said[] = [['hold-end', role, 'ed25519'], ...APPROVED];
      expect(rulesOf(await verdictOf(said))).toEqual([`HLD15 ${role}`]);
    },
  );

  it('[HLD14] seeded hole: from its end on it is none, and before its beginning', async () => {
    const { until } = exampleHold();
    expect((await verdictOf(APPROVED, { now: until * 1000 - 1 })).ok).toBe(true);
    expect(rulesOf(await verdictOf(APPROVED, { now: until * 1000 }))).toEqual(['HLD14 until']);
    expect(rulesOf(await verdictOf(APPROVED, { now: NOW - 1_000 }))).toEqual(['HLD14 from']);
    expect(rulesOf(await verdictOf(APPROVED, { now: Number.NaN }))).toContain('HLD14 from');
  });

  it('[HLD13, HLD20] falls with the version that it names, and where the rules are not known', async () => {
    expect(rulesOf(await verdictOf(APPROVED, { rules: null }))).toContain('HLD13 rules');
    const standing = { inForce: false, refusal: 'unsigned', version: null } as const;
    expect(rulesOf(await verdictOf(APPROVED, { rules: { ...rules, standing } }))).toEqual([
      'HLD13 agreement',
    ]);
    const stopped = { ...rules.standing, inForce: false, refusal: 'suspended' } as never;
    expect((await verdictOf(APPROVED, { rules: { ...rules, standing: stopped } })).ok).toBe(true);
    const broken = { subtle: null as never };
    expect(rulesOf(await verdictOf(APPROVED, broken))).toEqual(['HLD20 hold']);
  });

  it('[HLD12] seeded hole: approvals of another hold approve nothing', async () => {
    const other = { hold: '3d'.repeat(16), digest };
    const notes = await Promise.all(APPROVED.map((one) => note(one, other)));
    const verdict = await verifyHold({ hold: document, notes, rules, now: NOW, subtle: crypto.subtle });
    expect(rulesOf(verdict)).toEqual(['HLD12 employer', 'HLD12 representative']);
  });
});
