import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL } from '../src/detect/detectors.ts';
import { findSpans } from '../src/detect/find-spans.ts';
import type { TextContext } from '../src/masker.ts';
import { structuralMasker } from '../src/structural-masker.ts';

const SHIPPED = [
  'File an expense',
  'Write to help@works.example',
  'Zorblax settings',
  'Open https://works.example',
];
const masker = structuralMasker({
  renaming: '000102030405060708090a0b0c0d0e0f',
  literals: ['INV-2041'],
  shipped: SHIPPED,
  ownWords: ['zorblax'],
});
const context = (more: Partial<TextContext>): TextContext => ({
  tag: 'button',
  role: 'button',
  inputType: '',
  editable: false,
  agreed: null,
  place: 'node',
  ...more,
});
const open = context({ agreed: 'open', role: 'paragraph' });

describe('shipped labels', () => {
  it('[MASK17] stay, but not with an address or one of her own words in them', () => {
    expect(masker.text('File an expense', context({}))).toEqual({
      value: 'File an expense',
      rule: undefined,
    });
    for (const text of SHIPPED.slice(1)) {
      const { value, rule } = masker.text(text, context({}));
      expect(rule).toMatch(/^text\.(?:detected|data)$/);
      for (const word of text.toLowerCase().split(/\W+/))
        if (word.length > 3) expect(value.toLowerCase()).not.toContain(word);
    }
  });
});

const PERSONAL = [
  'q.quill@mail.example',
  '4111 1111 1111 1111',
  'DE89 3704 0044 0532 0130 00',
  '531-21-7351',
  '+49 30 901820',
  '192.0.2.44',
  'https://mail.example/?token=a1',
  'RSSMRA85T10A562S',
  'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  'password: hunter2!',
  'Quentin Quill',
  'zorblax',
  'q.qui\u200bll@m\u0430il.example',
] as const;

describe('text that an agreement opens', () => {
  it.each(PERSONAL)('[MASK18] stays around what is closed: %s', (personal) => {
    const text = `we note ${personal} as agreed`;
    const { value, rule } = masker.text(text, open);
    expect(rule).toBe('text.detected');
    expect(value).toMatch(/^we note .* as agreed$/);
    expect(value).not.toContain(personal);
    expect(
      masker.value(text, context({ agreed: 'open', tag: 'input', inputType: 'text' })).value,
    ).not.toContain(personal);
  });

  it('[MASK18] inputs of the card stay in it', () => {
    expect(masker.text('we note INV-2041 as agreed', open).value).toBe('we note INV-2041 as agreed');
  });

  it('[MASK18] what the large tables find, the page has closed before: nothing of theirs is left', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PERSONAL),
        fc.string({ unit: 'grapheme', maxLength: 12 }),
        (personal, noise) => {
          const { value } = masker.text(`${noise} ${personal} ${noise}`, open);
          expect(value).not.toContain(personal);
        },
      ),
    );
    for (const personal of PERSONAL.slice(0, -3)) {
      const rest = masker.text(`we note ${personal} as agreed`, open).value;
      const sure = findSpans(rest, ALL).filter((span) => /luhn|mod97|email|secret\.github/.test(span.rule));
      expect(sure, rest).toEqual([]);
    }
  });

  it('[MASK18] seeded hole: as typed key by key, no state shows what the whole would have closed', () => {
    const field = context({
      agreed: 'open',
      tag: 'input',
      role: 'textbox',
      inputType: 'text',
      editable: true,
    });
    for (const personal of [
      'q.quill@mail.example',
      '4111 1111 1111 1111',
      '531-21-7351',
      'ghp_16C7e42F292c6912E7710c8',
    ]) {
      const longest = Math.max(
        ...Array.from({ length: personal.length }, (_, i) => {
          const { value } = masker.value(`to ${personal.slice(0, i + 1)}`, field);
          let shown = 0;
          while (shown < i + 1 && value.startsWith(`to ${personal.slice(0, shown + 1)}`)) shown++;
          return shown;
        }),
      );
      expect(longest, personal).toBeLessThanOrEqual(5);
    }
  });

  it('[MASK18] a field of a form shows its fixed value', () => {
    const date = context({ agreed: 'open', tag: 'input', inputType: 'date' });
    expect(masker.value('1984-03-12', date)).toEqual({ value: '2000-01-01', rule: 'value.detected' });
  });

  it('[MASK18] a text without end is closed from where nobody looked', () => {
    const text = `${'open text '.repeat(3_000)}q.quill@mail.example`;
    const { value } = masker.text(text, open);
    expect(value).not.toContain('quill');
    expect(value.startsWith('open text open text')).toBe(true);
  });
});
