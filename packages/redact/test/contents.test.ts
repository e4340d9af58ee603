import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL } from '../src/detect/detectors.ts';
import { findSpans } from '../src/detect/find-spans.ts';
import { fold, originalRange } from '../src/detect/folding.ts';
import type { Detector, Report } from '../src/detect/span.ts';

/** The same detectors, asked about every text whatever it has in it. */
const ALWAYS: readonly Detector[] = ALL.map((detect) => {
  const always: Detector = (text: string, report: Report) => detect(text, report);
  if (detect.splits) always.splits = true;
  return always;
});

const PLANTED = [
  ...['AB 12 34 56 C', 'RSSMRA85T10A562S', '131052-308T', '756.9217.0769.85', 'S1234567D', '12.531.909-2'],
  ...['4111 1111 1111 1111', 'DE89 3704 0044 0532 0130 00', '+49 30 901820', '(030) 901820', '9434765919'],
  ...['born 12.3.1980', 'd.o.b. 1980-03-12', 'DO.B 3/12/1980', 'née le 3.5.1977', 'Naissance: 3.5.1977'],
  ...[
    'født 3.5.1977',
    'password: hunter2!',
    'The PIN is 48273',
    'verification code is 55-1x',
    'KEY=abcDEF1234567890',
  ],
  ...['ghp_abcdefghijklmnopqrstuvwxyzABCDEF1234', '_AKIAIOSFODNN7EXAMPLE', 'mongodb://u:p4ss@h'],
  ...['-----BEGIN RSA PRIVATE KEY-----MIIEabc+/abcdefghijklmnopqrstuvwxyzabcdefghijklmnop', 'q@mail.example'],
  ...[
    '192.168.1.20',
    'fe80::1:2a',
    '00:1b:44:11:3a:b7',
    '52.52001, 13.40501',
    '52° 31\' 12" N',
    'x.example.com/a',
  ],
  ...[
    'zX9kQ2mP7vL4tR8wY1nB',
    '1',
    '12',
    'a',
    ' ',
    '\n',
    ' \r\n ',
    '.',
    '-',
    '\u200b',
    '\u202e',
    '４１',
    'ß',
    '😀',
  ],
];
const TEXT = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...PLANTED) },
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    {
      maxLength: 8,
    },
  )
  .map((pieces) => pieces.join(''));

describe('one pass before the detectors', () => {
  it('[MASK20] a detector that is not asked would have found nothing', { timeout: 60_000 }, () => {
    for (const text of PLANTED) expect(findSpans(text, ALL), text).toEqual(findSpans(text, ALWAYS));
    fc.assert(
      fc.property(TEXT, (text) => {
        expect(findSpans(text, ALL)).toEqual(findSpans(text, ALWAYS));
      }),
      { numRuns: 3_000 },
    );
  });

  it('[MASK21] where every character becomes one, positions are those of the text', () => {
    const folded = fold('caf\u00e9 \u2019s \uff14\uff11');
    expect(folded).toEqual({ text: "cafe 's 41", origin: null });
    // From the first that does not, each leads back to where it stood.
    const wider = fold('\u00e9 \ufb01 a\u200bb');
    expect(wider.text).toBe('e fi ab');
    expect(originalRange(wider, 2, 4)).toEqual([2, 3]);
    expect(originalRange(wider, 5, 7)).toEqual([4, 7]);
  });
});
