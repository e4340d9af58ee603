import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalBytes, JSON_BYTES_LIMIT, readStrictJson } from '../src/canonical-json.ts';

const read = (text: string) => readStrictJson(new TextEncoder().encode(text), 'AGR1');
const valid = (text: string) => {
  const result = read(text);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.value;
};

describe('strict JSON', () => {
  it('[AGR1] reads what JSON.parse reads, where both have one meaning', () => {
    const key = fc.string().filter((text) => text !== '__proto__');
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger(),
        fc.string({ unit: 'grapheme' }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 2 }), (given, indent) => {
        const text = JSON.stringify(given, null, indent);
        expect(valid(text)).toEqual(JSON.parse(text));
        expect(Buffer.from(canonicalBytes(valid(text)))).toEqual(Buffer.from(canonicalBytes(given)));
      }),
    );
  });

  it.each([
    ['a key twice', '{"a":1,"a":2}'],
    ['a key twice, one of them escaped', '{"a":1,"\\u0061":2}'],
    ['a lone surrogate', '{"a":"\\ud800"}'],
    ['a lone surrogate in a key', '{"\\udc00":1}'],
    ['a number beyond 2^53', '{"a":9007199254740993}'],
    ['2^53 itself', '[9007199254740992]'],
    ['a fraction', '[1.5]'],
    ['a number without end', '[1e999]'],
    ['__proto__', '{"__proto__":{"a":1}}'],
    ['nesting', `${'['.repeat(40)}${']'.repeat(40)}`],
    ['nesting without end', '['.repeat(500_000)],
    ['a trailing comma', '[1,]'],
    ['a comment', '[1 /* one */]'],
    ['single quotes', "{'a':1}"],
    ['a leading zero', '[01]'],
    ['a plus sign', '[+1]'],
    ['a control character', '["\n"]'],
    ['an unknown escape', '["\\x41"]'],
    ['something behind it', '{} {}'],
    ['nothing', ''],
    ['NaN', '[NaN]'],
    ['a byte-order mark', '\ufeff{}'],
    ['half a string', '{"a'],
    ['a half escape', '["\\u12"]'],
  ])('[AGR1] refuses %s', (_, text) => {
    const result = read(text);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.faults[0]).toMatchObject({ rule: 'AGR1' });
  });

  it('[AGR1] refuses what is not UTF-8 and what is too long', () => {
    expect(readStrictJson(Uint8Array.of(0x22, 0xff, 0x22), 'AGR1').ok).toBe(false);
    expect(readStrictJson(new Uint8Array(JSON_BYTES_LIMIT + 1).fill(0x20), 'AGR1').ok).toBe(false);
  });

  it('[AGR1] tells of several faults at once, and of no more than it can', () => {
    const result = read('{"a":1,"a":"\\ud800","b":1.5}');
    expect(result.ok ? 0 : result.faults.length).toBe(3);
    const many = read(`[${'1.5,'.repeat(10_000)}1]`);
    expect(many.ok ? 0 : many.faults.length).toBeLessThan(70);
  });

  it('[AGR1] any bytes end in an answer, in bounded time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readStrictJson(bytes, 'AGR1')),
      {
        numRuns: 500,
      },
    );
  });

  it('[AGR2] has no canonical form for what JSON can not say', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, '\ud800', circle]) {
      expect(() => canonicalBytes(value)).toThrow(TypeError);
    }
  });
});
