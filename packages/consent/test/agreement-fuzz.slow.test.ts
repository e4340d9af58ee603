import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAgreement } from '../src/agreement.ts';
import { agreementWords } from '../src/agreement-words.ts';
import { readStrictJson } from '../src/canonical-json.ts';
import { parseConsent } from '../src/consent.ts';
import { makeLocalGate } from '../src/local-gate.ts';
import { en } from '../src/messages/en.ts';
import {
  DEMO_ORIGIN,
  exampleAgreement,
  exampleState,
  makeProduction,
  pageContext,
} from './example-agreement.ts';

// Seeds are printed by fast-check with a counter-example; a seed that finds something becomes a named test.
describe('what comes from outside', () => {
  it('[AGR1] a million texts that are nearly JSON: an answer each, and never another meaning than JSON.parse has', () => {
    const piece = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '"',
        '\\',
        '\\u',
        'd800',
        '"a"',
        '"b"',
        '1',
        '-',
        '.',
        'e',
        '0',
        'true',
        'null',
        ' ',
      ],
    );
    const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (given) => {
        const read = readStrictJson(new TextEncoder().encode(given), 'AGR1');
        if (read.ok) expect(read.value).toEqual(JSON.parse(given));
        else expect(read.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000_000 },
    );
  });

  it('[AGR4] 100,000 changed agreements: faults with rules, or an agreement that can be put in words', async () => {
    const { agreement } = await exampleAgreement(makeProduction);
    const paths: string[][] = [];
    const walk = (value: unknown, path: string[]) => {
      paths.push(path);
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
    };
    walk(agreement, []);
    const value = fc.oneof(fc.anything(), fc.string(), fc.integer(), fc.constant(undefined));
    fc.assert(
      fc.property(fc.constantFrom(...paths.slice(1)), value, (path, changed) => {
        const copy = structuredClone(agreement) as unknown as Record<string, unknown>;
        const at = path.slice(0, -1).reduce((inner, key) => inner[key] as Record<string, unknown>, copy);
        at[path.at(-1) as string] = changed;
        const parsed = parseAgreement({ json: copy });
        if (parsed.ok) agreementWords(parsed.value, en);
        else for (const fault of parsed.faults) expect(fault.rule).toMatch(/^AGR\d+$/);
      }),
      { numRuns: 100_000 },
    );
  });

  it('[CON1] [GATE2] 100,000 values as consent and as a question: nothing throws, nothing opens', async () => {
    const state = await exampleState();
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (value) => {
        expect(parseConsent(value).ok).toBe(false);
        const broken = { ...state, consent: value as typeof state.consent };
        expect(makeLocalGate(() => broken).decide(pageContext(DEMO_ORIGIN)).allow).toBe(false);
        expect(makeLocalGate(() => state).decide(value as never).allow).toBe(false);
      }),
      { numRuns: 100_000 },
    );
  });
});
