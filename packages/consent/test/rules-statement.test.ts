import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SIGNALS } from '../src/agreement.ts';
import { readRulesEntry } from '../src/rules-entry.ts';
import {
  parseStatement,
  parseTarget,
  type RulesStatement,
  SUSPENSION_REASONS,
  statementText,
  targetText,
} from '../src/rules-statement.ts';

const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const version = fc.integer({ min: 1, max: 1_000_000 });
const at = fc.integer({ min: 1, max: 253_402_300_799 });
const target = fc.oneof(
  fc.constant({ kind: 'agreement' as const }),
  fc.record({ kind: fc.constant('app' as const), app: id }),
  fc.record({ kind: fc.constant('signal' as const), app: id, signal: fc.constantFrom(...SIGNALS) }),
);
const counts = fc
  .uniqueArray(fc.record({ target, count: fc.integer({ min: 1, max: 1000 }) }), {
    selector: (one) => targetText(one.target),
    maxLength: 8,
  })
  .map((targets) => targets.sort((a, b) => (targetText(a.target) < targetText(b.target) ? -1 : 1)));
const statement: fc.Arbitrary<RulesStatement> = fc.oneof(
  fc.record({ kind: fc.constantFrom('agreement' as const, 'revocation' as const), id, version, digest }),
  fc.record({
    kind: fc.constant('suspension' as const),
    id,
    version,
    digest,
    reason: fc.constantFrom(...SUSPENSION_REASONS),
    at,
  }),
  fc
    .record({ id, version, digest, list: digest, targets: counts, more: fc.nat(1000) })
    .map(({ targets, more, ...rest }) => {
      const spent = targets.reduce((sum, one) => sum + one.count, 0);
      return { kind: 'objections' as const, ...rest, issued: spent + more, spent, targets };
    }),
  fc.record({ kind: fc.constant('tokens' as const), id, version, digest, issued: version, key: digest }),
  fc.record({ kind: fc.constant('enrolment' as const), id, issued: version, list: digest, key: digest }),
  fc.record({
    kind: fc.constant('build' as const),
    id,
    state: fc.constantFrom('listed' as const, 'withdrawn' as const),
    name: id,
    version: fc.stringMatching(/^\d{1,5}\.\d{1,5}\.\d{1,5}$/),
    digest,
  }),
  fc.record({ kind: fc.constant('breach' as const), id, at, digest }),
);

describe('statements of the rules log', () => {
  it('[RUL10] property: what is written is read back, to the byte', () => {
    fc.assert(
      fc.property(statement, (given) => {
        const text = statementText(given);
        expect(parseStatement(text)).toEqual({ ok: true, value: given });
        expect(text.startsWith(`aboveboard ${given.kind} v1\n${given.id}\n`)).toBe(true);
      }),
    );
  });

  it('[RUL10] property: a text that is changed anywhere is another statement or none', () => {
    fc.assert(
      fc.property(statement, fc.nat(), fc.stringMatching(/^[ -~\n]{0,2}$/), (given, place, put) => {
        const text = statementText(given);
        const cut = place % text.length;
        const changed = text.slice(0, cut) + put + text.slice(cut + 1);
        const parsed = parseStatement(changed);
        if (changed === text || !parsed.ok) return;
        expect(parsed.value).not.toEqual(given);
        expect(statementText(parsed.value)).toBe(changed);
      }),
    );
  });

  it('[RUL4] property: has no place for a name or free words', () => {
    fc.assert(
      fc.property(statement, (given) => {
        for (const line of statementText(given).split('\n')) {
          expect(line).toMatch(/^[a-z0-9.-]*( [a-z0-9.-]+)*$/);
          expect(line.length).toBeLessThan(140);
        }
      }),
    );
  });

  it('[RUL11, RUL13-RUL15] property: never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        for (const given of [text, `aboveboard objections v1\n${text}`, `aboveboard build v1\na\n${text}`]) {
          const parsed = parseStatement(given);
          if (!parsed.ok) expect(parsed.faults.length).toBeGreaterThan(0);
        }
        const target = parseTarget(text);
        if (target) expect(targetText(target)).toBe(text);
      }),
    );
  });
});

type Vectors = {
  valid: { why: string; text: string; statement: RulesStatement }[];
  invalid: { why: string; text: string; rule: string }[];
  entries: { why: string; hex: string; kind: 'document' | 'note' | 'unreadable' }[];
};
const vectors = JSON.parse(
  readFileSync(new URL('../../../vectors/rules-log/statements.json', import.meta.url), 'utf8'),
) as Vectors;

describe('vectors of the rules log', () => {
  for (const { why, text, statement: expected } of vectors.valid) {
    it(`[RUL10] reads ${why}`, () => expect(parseStatement(text)).toEqual({ ok: true, value: expected }));
  }
  for (const { why, text, rule } of vectors.invalid) {
    it(`[${rule}] refuses ${why}`, () => {
      const parsed = parseStatement(text);
      expect(parsed.ok ? [] : parsed.faults.map((fault) => fault.rule)).toContain(rule);
    });
  }
  for (const { why, hex, kind } of vectors.entries) {
    it(`[RUL1, RUL2] takes ${why} as ${kind}`, async () => {
      const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
      expect((await readRulesEntry(bytes, crypto.subtle)).kind).toBe(kind);
    });
  }

  it('[RUL1] takes no entry that the log could not hold', async () => {
    const spaces = new Uint8Array(65_536).fill(0x20);
    expect(await readRulesEntry(spaces, crypto.subtle)).toMatchObject({ faults: [{ rule: 'RUL1' }] });
    expect(await readRulesEntry(new Uint8Array(), crypto.subtle)).toMatchObject({
      faults: [{ rule: 'RUL1' }],
    });
  });
});
