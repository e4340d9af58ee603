import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL } from '../src/detect/detectors.ts';
import { findSpans } from '../src/detect/find-spans.ts';
import { phonePlans } from '../src/detect/phone-plans.ts';

// What sends matching back and forth: long runs of what a pattern takes, and of what nearly begins one.
const HOSTILE = [
  'a',
  'A',
  '1',
  ' 1',
  '1 1',
  '-1',
  '+1',
  '(1',
  '1.',
  '1-1 ',
  '@',
  'a@',
  '@a',
  'a@a.',
  '.',
  ':',
  '::',
  'a:',
  ':a1',
  '/',
  '//',
  '://',
  'a://',
  'www.',
  'a.b/',
  'a/',
  'a-',
  '-a',
  'A-',
  'A ',
  'A, ',
  'Aa ',
  'Anna ',
  'Dear A',
  '#',
  '#a',
  '#a|',
  'DE89',
  'DE8 ',
  'AB12 ',
  '12AB',
  '=',
  'key=',
  'key:"',
  'password ',
  '"',
  '{',
  '[at]',
  'a[at]',
  'eyJ',
  'eyJa.',
  'sk-',
  'ghp_',
  'SG.a.',
  '-----BEGIN RSA PRIVATE KEY-----',
  'mongodb://a:',
  '\n',
  'a\n',
  '1\n',
  'a@\n',
  '\u200b',
  '\u202e',
  '\ufdfa',
  '\u0301',
  '\ud800',
  '\u0430',
  'St ',
  '12 A ',
  '1-2 A ',
  'born ',
  'x 12 A St, ',
  'rue A',
  'GmbH',
  'A GmbH',
  '52.1234,',
  '1\u00b0',
  'called A ',
  '\u00e9',
  'A\u00e9 ',
];

describe('bounds', () => {
  it('[MASK20] whatever the text, a long one takes its time and no more', { timeout: 300_000 }, () => {
    for (const piece of HOSTILE) {
      const text = piece.repeat(Math.ceil(100_000 / piece.length));
      const began = performance.now();
      findSpans(text, ALL);
      // A pattern that goes back takes minutes or hours for this; the bound is far above a busy machine's worst.
      expect(performance.now() - began, JSON.stringify(piece)).toBeLessThan(10_000);
    }
  });

  it('[MASK20] spans are in order, apart, and within the text', { timeout: 60_000 }, () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...HOSTILE,
        '4111 1111 1111 1111',
        'q@mail.example',
        '+49 30 901820',
        'Anna Quill',
        '\n',
      ),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('');
        let at = 0;
        for (const { start, end } of findSpans(text, ALL)) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          at = end;
        }
      }),
      { numRuns: 200 },
    );
  });

  it('[MASK22] the library of plans is asked about short pieces only', () => {
    const plans = phonePlans(['US', 'DE', 'nowhere']);
    const text = 'order 4155552671 or 030 901820 '.repeat(20);
    expect(findSpans(text, [plans]).some((span) => span.rule === 'phone.plan')).toBe(true);
    const began = performance.now();
    findSpans('1 '.repeat(20_000), [plans]);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
