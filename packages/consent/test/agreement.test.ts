import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Agreement, agreementDigest, parseAgreement } from '../src/agreement.ts';
import { makeLocalVerifier } from '../src/agreement-verifier.ts';
import { agreementWords, noticeDigest } from '../src/agreement-words.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import { demonstrationAgreement } from '../src/demonstration.ts';
import { en } from '../src/messages/en.ts';
import { takenSignals, untakenSignals } from '../src/taken-signals.ts';
import { exampleAgreement, makeProduction, NOW } from './example-agreement.ts';

const folder = new URL('../../../vectors/agreement/', import.meta.url);
const load = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const faultsOf = (json: unknown) => {
  const parsed = parseAgreement({ json });
  return parsed.ok ? [] : parsed.faults.map((fault) => `${fault.rule} ${fault.at}`);
};

describe('agreement', () => {
  it('[AGR2] reads its own canonical bytes, whose digest is its digest', async () => {
    const { agreement, document } = await exampleAgreement(makeProduction);
    const parsed = parseAgreement(document);
    expect(parsed).toEqual({ ok: true, value: agreement });
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', document)).toString('hex');
    expect(await agreementDigest(agreement, crypto.subtle)).toBe(digest);
    expect(parseAgreement(new TextEncoder().encode(JSON.stringify(agreement, null, 2)))).toMatchObject({
      faults: [{ rule: 'AGR2' }],
    });
  });

  it('[AGR4] no field can be added, anywhere', async () => {
    const { agreement } = await exampleAgreement(makeProduction);
    const places: unknown[][] = [];
    const walk = (value: unknown, path: unknown[]) => {
      if (typeof value !== 'object' || value === null) return;
      if (!Array.isArray(value)) places.push(path);
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
    };
    walk(agreement, []);
    expect(places.length).toBeGreaterThan(15);
    for (const path of places) {
      const copy = structuredClone(agreement) as unknown as Record<string, unknown>;
      const at = path.reduce<Record<string, unknown>>(
        (value, key) => value[key as string] as Record<string, unknown>,
        copy,
      );
      at['exemptions'] = ['board of directors'];
      const faults = faultsOf(copy);
      expect(faults.length, path.join('.')).toBeGreaterThan(0);
    }
  });

  it('[AGR1] every field is needed', async () => {
    const { agreement } = await exampleAgreement(makeProduction);
    for (const key of Object.keys(agreement)) {
      const copy: Record<string, unknown> = { ...agreement };
      delete copy[key];
      expect(faultsOf(copy).length, key).toBeGreaterThan(0);
    }
  });

  it('reports all the faults of form at once, and quotes nothing', async () => {
    const { agreement } = await exampleAgreement();
    const broken = {
      ...agreement,
      purposes: ['performance'],
      leastCount: 9,
      staleHours: 0,
      id: 'A Secret Name',
    };
    expect(faultsOf(broken).sort()).toEqual([
      'AGR11 purposes[0]',
      'AGR20 leastCount',
      'AGR27 staleHours',
      'AGR6 id',
    ]);
    expect(JSON.stringify(parseAgreement({ json: broken }))).not.toContain('Secret');
  });

  it('[AGR3] refuses a newer format by name', async () => {
    const { agreement } = await exampleAgreement();
    const parsed = parseAgreement({ json: { ...agreement, formatVersion: 7, later: true } });
    expect(parsed).toMatchObject({
      faults: [{ rule: 'AGR3', message: expect.stringContaining('version 7') }],
    });
  });

  for (const { why, document } of load('valid.json')) {
    it(`vector, valid: ${why}`, () => expect(faultsOf(document)).toEqual([]));
  }
  for (const { why, base, set, faults } of load('invalid.json')) {
    it(`vector, invalid: ${why}`, () => {
      const document = structuredClone(load('valid.json')[base].document);
      for (const [path, value] of set) {
        const keys = (path as string).split('.');
        const last = keys.pop() as string;
        const at = keys.reduce((inner, key) => inner[key], document);
        if (value === undefined || value === '<removed>') delete at[last];
        else at[last] = value;
      }
      expect(faultsOf(document).sort()).toEqual([...faults].sort());
    });
  }
  for (const { why, text, rule } of load('invalid-text.json')) {
    it(`vector, invalid text: ${why}`, () => {
      expect(parseAgreement(new TextEncoder().encode(text))).toMatchObject({ ok: false, faults: [{ rule }] });
    });
  }
});

describe('local verifier', () => {
  const verifier = makeLocalVerifier(crypto.subtle);

  it('[AGR42] says what it checked and what it did not', async () => {
    const standing = await verifier.verify(await exampleAgreement());
    expect(standing).toMatchObject({ ok: true, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    if (!standing.ok) return;
    expect(standing.checks).toContainEqual({ check: 'attachments', result: 'checked' });
    for (const check of ['signatures', 'log', 'revocation', 'objection']) {
      expect(standing.checks).toContainEqual({ check, result: 'not-checked' });
    }
  });

  it('[AGR41] refuses when an attachment is missing or not the one that was agreed (T5)', async () => {
    const given = await exampleAgreement();
    for (const name of given.attachments.keys()) {
      const without = new Map(given.attachments);
      without.delete(name);
      expect(await verifier.verify({ ...given, attachments: without })).toMatchObject({
        faults: [{ rule: 'AGR41' }],
      });
      const changed = new Map(given.attachments);
      const content = new Uint8Array(given.attachments.get(name) as Uint8Array);
      content[0] = (content[0] as number) ^ 1;
      changed.set(name, content);
      expect(await verifier.verify({ ...given, attachments: changed })).toMatchObject({
        faults: [{ rule: 'AGR41' }],
      });
    }
  });

  it('[AGR41] refuses a file of the right digest under a wrong length', async () => {
    const given = await exampleAgreement((agreement) => {
      const [first] = agreement.attachments;
      if (first) first.bytes += 1;
    });
    expect(await verifier.verify(given)).toMatchObject({ faults: [{ rule: 'AGR41', at: 'attachments[0]' }] });
  });

  it('[AGR40] seeded hole: when the digest can not be made, the agreement does not hold', async () => {
    const broken = { digest: () => Promise.reject(new Error('seeded')) } as unknown as SubtleCrypto;
    const standing = await makeLocalVerifier(broken).verify(await exampleAgreement());
    expect(standing).toMatchObject({ ok: false, faults: [{ rule: 'AGR40' }] });
    const nothing = await verifier.verify(undefined as never);
    expect(nothing).toMatchObject({ ok: false, faults: [{ rule: 'AGR40' }] });
  });

  it('[AGR43] what was verified can not be widened afterwards', async () => {
    const standing = await verifier.verify(await exampleAgreement());
    if (!standing.ok) throw new Error('not verified');
    expect(() => standing.agreement.apps[0]?.origins.push('https://mail.works.example')).toThrow(TypeError);
    expect(() => {
      standing.agreement.staleHours = 168;
    }).toThrow(TypeError);
  });
});

describe('agreement in words', () => {
  const words = (agreement: Agreement) => JSON.stringify(agreementWords(agreement, en));

  it('[AGR51] says every field: whatever value changes, the words change', async () => {
    const { agreement } = await exampleAgreement(makeProduction);
    const before = words(agreement);
    const unsaid: string[] = [];
    const walk = (value: unknown, path: (string | number)[]) => {
      if (typeof value === 'object' && value !== null) {
        for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
        return;
      }
      const said = otherValues(path, value).some((other) => {
        const copy = structuredClone(agreement) as unknown as Record<string, unknown>;
        const at = path
          .slice(0, -1)
          .reduce<Record<string, unknown>>((v, key) => v[key] as Record<string, unknown>, copy);
        at[path.at(-1) as string] = other;
        return words(copy as unknown as Agreement) !== before;
      });
      if (!said) unsaid.push(path.join('.'));
    };
    walk(agreement, []);
    // Fields that have one possible value: the sentences for them are always there.
    expect(unsaid).toEqual([
      'format',
      'formatVersion',
      'bars.personnelDecisions',
      'bars.suspendedByRestructuring',
    ]);
  });

  it('[AGR50] is the same for the same document, and the notice has its digest', async () => {
    const { agreement } = await exampleAgreement();
    const one = agreementWords(agreement, en);
    expect(agreementWords(structuredClone(agreement), en)).toEqual(one);
    expect(await noticeDigest(one, crypto.subtle)).toMatch(/^[0-9a-f]{64}$/);
    for (const { heading, sentences } of one) {
      expect(heading).not.toBe('');
      expect(sentences.length).toBeGreaterThan(0);
      for (const sentence of sentences) expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
    }
  });

  it('[AGR53] says of what no recorder takes that it is not taken', async () => {
    const { agreement } = await exampleAgreement();
    const [app] = agreement.apps;
    if (!app) throw new Error('no application');
    expect(words(agreement)).not.toContain('No recorder takes');
    app.signals = ['pointer', 'frames', 'photographs'];
    const said = words(agreement);
    expect(said).toContain(`No recorder takes photographs of the browser tab in ${app.name}`);
    expect(said).toContain(`No recorder takes pictures of the window with its content masked in ${app.name}`);
    expect([takenSignals(app), untakenSignals(app)]).toEqual([['pointer'], ['frames', 'photographs']]);
  });

  it('[AGR52] falls back to a language of the document', async () => {
    const { agreement } = await exampleAgreement((draft) => {
      draft.languages = ['de'];
      draft.title = { de: 'Vorführung' };
      draft.withdrawal = { undone: { de: 'Alles.' }, remains: { de: 'Nichts.' } };
    });
    expect(words(agreement)).toContain('Vorführung');
  });

  function otherValues(path: readonly (string | number)[], value: unknown): unknown[] {
    if (typeof value === 'number') return [value + 1];
    if (typeof value === 'boolean') return [!value];
    const field = path.filter((key) => Number.isNaN(Number(key))).join('.');
    return CLOSED_LISTS[field]?.filter((one) => one !== value) ?? [`${value}x`];
  }
  const CLOSED_LISTS: Record<string, unknown[]> = {
    class: ['production', 'demonstration'],
    'parties.role': ['employer', 'representative'],
    signers: ['employer', 'representative'],
    'mandate.kind': ['works-council', 'union', 'ballot'],
    purposes: ['model-training', 'model-testing'],
    'apps.signals': ['pointer', 'photographs'],
    'desktopApps.signals': ['pointer', 'photographs'],
    'apps.modes': ['task', 'ambient'],
    'desktopApps.modes': ['task', 'ambient'],
    'apps.masks.literals': ['shipped', 'listed', 'none'],
    downstreamUses: ['own-use', 'customers'],
    'legalBasis.ground': ['consent', 'contract'],
    'attachments.kind': ['impact-assessment', 'other'],
  };
});

describe('demonstration agreement', () => {
  it('[AGR5] is marked, whole, and for loopback only', async () => {
    const { document, attachments } = await exampleAgreement();
    const standing = await makeLocalVerifier(crypto.subtle).verify({ document, attachments });
    expect(standing).toMatchObject({ ok: true, agreement: { class: 'demonstration' } });
    for (const origin of ['https://erp.works.example', 'http://127.0.0.1.evil.example', 'http://10.0.0.1']) {
      await expect(
        demonstrationAgreement({ origins: [origin], now: NOW, subtle: crypto.subtle }),
      ).rejects.toThrow(RangeError);
    }
    const many = ['http://localhost:1', 'http://shop.localhost:2', 'http://[::1]:3', 'http://127.0.0.2:4'];
    const made = await demonstrationAgreement({ origins: many, now: NOW, subtle: crypto.subtle });
    expect(parseAgreement(canonicalBytes(made.agreement)).ok).toBe(true);
  });
});
