import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cssTokens } from '../src/css-tokens.ts';
import { fillerLength } from '../src/filler.ts';
import { keyedHash, sipHash } from '../src/keyed-hash.ts';
import type { TextContext } from '../src/masker.ts';
import { structuralMasker } from '../src/structural-masker.ts';
import { CSS_UNITS, CSS_WORDS, KNOWN_TAGS } from '../src/vocabulary.ts';

const RENAMING = '8f1c0b6a55d94e3e9a7b2c1d0e4f6071';
const CLOSED: TextContext = {
  tag: 'p',
  role: 'paragraph',
  inputType: '',
  editable: false,
  agreed: null,
  place: 'node',
};
const masker = () => structuralMasker({ renaming: RENAMING, literals: [], shipped: [] });

const words = fc.array(fc.stringMatching(/^[a-zA-Z0-9äéßøа-я]{1,12}$/), { minLength: 1, maxLength: 30 });
const prose = words.map((list) => list.join(' '));
const anything = fc.oneof(
  prose,
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ maxLength: 200 }),
);

/** Four characters in a row of `text` that stand in `out` too, line by line, without case. */
function shared(text: string, out: string): string[] {
  const fold = (s: string) => s.toLowerCase().replace(/[^\S\n]/g, ' ');
  const found = [];
  for (const line of fold(text).split('\n')) {
    const trimmed = line.trim();
    for (let i = 0; i + 4 <= trimmed.length; i++) {
      const four = trimmed.slice(i, i + 4);
      if (
        fold(out)
          .split('\n')
          .some((o) => o.trim().includes(four))
      )
        found.push(four);
    }
  }
  return found;
}

describe('filler', () => {
  test('[MASK8] no four characters in a row of a closed text stand in its filler', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { value, rule } = masker().text(text, CLOSED);
        // Glyphs and white space stay; they are too short to be words.
        if (rule !== undefined)
          expect(shared(text.replace(/\p{Co}/gu, ''), value.replace(/\p{Co}/gu, ''))).toEqual([]);
        else expect([...text.trim().replace(/\s+/g, ' ')].length).toBeLessThanOrEqual(3);
      }),
      { numRuns: 2_000 },
    );
  });

  test('[MASK8] nor where the text is made of what filler is made of', () => {
    const letters = 'eeeeaaaooiinnttrrsslldccmupfghbv';
    const near = fc
      .array(fc.integer({ min: 0, max: letters.length - 1 }), { minLength: 20, maxLength: 3_000 })
      .map((indices) => indices.map((i) => letters[i]).join(''));
    fc.assert(
      fc.property(near, (text) => {
        expect(shared(text, masker().text(text, CLOSED).value)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('[MASK7] the length says no more than the bucket', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), (length) => {
        const filled = masker().text('k'.repeat(length), CLOSED).value;
        expect(filled.length).toBe(fillerLength(length));
      }),
    );
    const buckets = new Set(Array.from({ length: 1_000 }, (_, i) => fillerLength(i + 1)));
    expect(buckets.size).toBeLessThanOrEqual(20);
    for (let i = 2; i < 1_000; i++) expect(fillerLength(i)).toBeGreaterThanOrEqual(fillerLength(i - 1));
  });

  test('[MASK8] equal text, equal filler; another salt, another filler', () => {
    const other = structuralMasker({ renaming: '00'.repeat(16), literals: [], shipped: [] });
    fc.assert(
      fc.property(prose, (text) => {
        const first = masker();
        expect(first.text(text, CLOSED)).toEqual(first.text(text, CLOSED));
        expect(masker().text(text, CLOSED)).toEqual(first.text(text, CLOSED));
      }),
    );
    expect(other.text('Quentin Quill', CLOSED).value).not.toBe(masker().text('Quentin Quill', CLOSED).value);
  });
});

describe('style sheets', () => {
  /** Every run of letters in masked CSS is a word of CSS, a name of ours, or a unit. */
  const foreign = (css: string) =>
    [...css.replace(/"[^"]*"/g, ' ').matchAll(/[A-Za-z][A-Za-z]*\d*[A-Za-z\d]*/g)]
      .map(([word]) => word)
      .filter(
        (word) =>
          // A word may have a number right behind it.
          !CSS_WORDS.has(word.toLowerCase().replace(/\d+$/, '')) &&
          !KNOWN_TAGS.has(word.toLowerCase().replace(/\d+$/, '')) &&
          !KNOWN_TAGS.has(word.toLowerCase()) &&
          !CSS_UNITS.has(word.toLowerCase()) &&
          !/^[a-z][a-z0-9]{5}\d*$/.test(word) &&
          !/^[0-9a-fA-F]{3,8}$/.test(word) &&
          !/^e\d+$/i.test(word) &&
          // Attributes of SVG among them.
          !/^(?:data|k[1-4]|xy?wh?|x|n|_|und)$/.test(word),
      );

  test('[MASK10] whatever the text, only words of CSS and renamed names come out', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        ';',
        ':',
        '(',
        ')',
        '[',
        ']',
        ',',
        '.',
        '#',
        '@media',
        '@x',
        '--',
        'url(',
        '"',
        "'",
        '/*',
        '*/',
        '\\',
        '!',
        '=',
        ' ',
        '>',
        'color',
        'content',
        'var(',
      ),
      fc.stringMatching(/^[G-Zg-z]{7,12}$/),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { value } = masker().css(pieces.join(''));
        expect(foreign(value)).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  test('[MASK10] what is dropped from a selector joins no two names', () => {
    expect(masker().css('gghhiij/**/\\gghhiik{}').value).toMatch(/^x-[a-z0-9]{6} x-[a-z0-9]{6}\{\}$/);
    expect(masker().css('0(gghhiij{A]{').value).toMatch(/^0\(x-[a-z][a-z0-9]{5} A\]\{\}$/);
  });

  test.each([
    'color:currentcolor;',
    'fill:currentColor;stroke:currentColor;',
    'background-color:Canvas;color:CanvasText;border-color:ButtonBorder;outline-color:AccentColor;',
    'color:LinkText;color:VisitedText;color:ActiveText;color:GrayText;color:HighlightText;',
    'list-style-type:disc;animation-composition:accumulate;font-language-override:normal;',
    'text-rendering:optimizeLegibility;shape-rendering:crispEdges;shape-rendering:geometricPrecision;',
    'color-interpolation:linearRGB;pointer-events:visiblePainted;image-rendering:optimizeSpeed;',
    'width:-webkit-fill-available;image-rendering:-webkit-optimize-contrast;',
  ])('[MASK10] words of CSS stay as they are: %s', (css) => {
    expect(masker().css(css)).toEqual({ value: css, rule: undefined });
  });

  test('[MASK10] tokens are the text again, comments apart', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const plain = text.replaceAll('/*', '');
        expect(
          cssTokens(plain)
            .map((token) => token.raw)
            .join(''),
        ).toBe(plain);
      }),
      { numRuns: 1_000 },
    );
  });

  test('[MASK10] hostile sheets take linear time', () => {
    const hostile = [
      '{',
      '}',
      '(',
      '[',
      ':',
      '@media ',
      '@x{',
      'a{',
      '\\',
      '/*',
      '"',
      "'",
      'url(',
      '-',
      '--a:{',
      'a:',
      '#',
      '1e',
      'a(',
    ];
    for (const piece of hostile) {
      const began = performance.now();
      masker().css(piece.repeat(20_000));
      expect(performance.now() - began, piece).toBeLessThan(1_500);
    }
  });
});

test('[MASK5] SipHash-2-4 gives its published values', () => {
  const hash = sipHash('000102030405060708090a0b0c0d0e0f');
  expect(hash('')).toEqual([0xdd0e0e31, 0x726fdb47]);
  expect(hash('\u0100')).toEqual([0xd9a94f5a, 0x0d6c8009]);
  expect(hash('\u0100\u0302\u0504\u0706')).toEqual([0x9a932462, 0x93f5f579]);
  const keyed = keyedHash('000102030405060708090a0b0c0d0e0f');
  expect(keyed('name', 'a')).not.toEqual(keyed('text', 'a'));
});

test('[MASK5] SipHash-2-4 is what its definition over whole words of 64 bits gives', () => {
  const hash = sipHash('000102030405060708090a0b0c0d0e0f');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const [low, high] = hash(text);
      expect((BigInt(high) << 32n) | BigInt(low)).toBe(sipHashByWords(text));
    }),
    { numRuns: 500 },
  );
});

function sipHashByWords(text: string): bigint {
  const mask = (1n << 64n) - 1n;
  const bytes = Buffer.from(text, 'utf16le');
  const [k0, k1] = [0x0706050403020100n, 0x0f0e0d0c0b0a0908n];
  const v = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ] as [bigint, bigint, bigint, bigint];
  const turn = (word: bigint, by: bigint) => ((word << by) | (word >> (64n - by))) & mask;
  const rounds = (count: number) => {
    for (let i = 0; i < count; i++) {
      v[0] = (v[0] + v[1]) & mask;
      v[1] = turn(v[1], 13n) ^ v[0];
      v[0] = turn(v[0], 32n);
      v[2] = (v[2] + v[3]) & mask;
      v[3] = turn(v[3], 16n) ^ v[2];
      v[0] = (v[0] + v[3]) & mask;
      v[3] = turn(v[3], 21n) ^ v[0];
      v[2] = (v[2] + v[1]) & mask;
      v[1] = turn(v[1], 17n) ^ v[2];
      v[2] = turn(v[2], 32n);
    }
  };
  const padded = Buffer.alloc((Math.floor(bytes.length / 8) + 1) * 8);
  bytes.copy(padded);
  padded[padded.length - 1] = bytes.length & 0xff;
  for (let at = 0; at < padded.length; at += 8) {
    const word = padded.readBigUInt64LE(at);
    v[3] ^= word;
    rounds(2);
    v[0] ^= word;
  }
  v[2] ^= 0xffn;
  rounds(4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}
