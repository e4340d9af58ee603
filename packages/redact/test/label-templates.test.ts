import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLabelTemplates, fixedParts } from '../src/label-templates.ts';
import type { ElementContext, TextContext } from '../src/masker.ts';
import { structuralMasker } from '../src/structural-masker.ts';

const BUTTON: TextContext = {
  tag: 'button',
  role: 'button',
  inputType: '',
  editable: false,
  agreed: null,
  place: 'node',
};
const RENAMING = '000102030405060708090a0b0c0d0e0f';
const masker = (shipped: string[], ownWords: string[] = []) =>
  structuralMasker({ renaming: RENAMING, literals: [], shipped, ownWords });

test('[MASK42] holes as scripts and locale files write them', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as locale files write it
  for (const hole of ['{}', '${n}', '{{ name }}', '{name}', '{0}', '%{name}', '%s', '%d', '%1$s']) {
    expect(fixedParts(`Delete ${hole} now`), hole).toEqual(['Delete ', ' now']);
  }
  expect(fixedParts('{a}, {b} of {c} items')).toEqual(['', ' of ', ' items']);
});

test('[MASK42] nearly all hole, cut within a word, too many holes, none, broken: no template', () => {
  for (const literal of [
    '{}',
    '{} of {}',
    '{} {}',
    '\u2026 {} \u2026 {}',
    'Mr {}',
    '{} wrote to {}',
    'Item{} here',
    'Some {}thing',
    '50%done here',
    'Save all',
    'Save { all',
    'Delete {a} and {b} and {c} and {d} and {e}',
    'Delete {a} by {b} - {c}, {d} . {e}o',
    '{n, plural, one {# item} other {# items}}',
    `Delete {} ${'x'.repeat(200)}`,
  ]) {
    expect(fixedParts(literal), literal).toBe(null);
  }
});

test('[MASK42] a list of more templates than there is room for opens no more, and is searched in bounded time', () => {
  const began = performance.now();
  const many = Array.from({ length: 20_000 }, (_, i) => `Open {} a a a ${i} {} end`);
  const ends = Array.from({ length: 20_000 }, (_, i) => `{} a a a {}${' a'.repeat(40)} b {} ${i} a a`);
  for (const templates of [createLabelTemplates(many), createLabelTemplates([...ends, ...many])]) {
    for (let i = 0; i < 200; i++) {
      expect(templates.parts(`Open ${'a '.repeat(190)}`)).toBe(null);
      expect(templates.parts(`${i} ${'a '.repeat(195)}a a`)).toBe(null);
    }
  }
  expect(performance.now() - began).toBeLessThan(10_000);
});

test('[MASK42] 100 templates with the same beginning, 5,000 in all: the next opens nothing', () => {
  const alike = createLabelTemplates(
    Array.from({ length: 101 }, (_, i) => `Open {} at ${'a'.repeat(i + 1)}`),
  );
  expect(alike.parts(`Open it at ${'a'.repeat(100)}`)).not.toBe(null);
  expect(alike.parts(`Open it at ${'a'.repeat(101)}`)).toBe(null);
  const many = createLabelTemplates(
    Array.from({ length: 5_001 }, (_, i) => `${String(i).padStart(4, '0')} open {}`),
  );
  expect(many.parts('4999 open it')).not.toBe(null);
  expect(many.parts('5000 open it')).toBe(null);
});

test('[MASK42] templates made to look for much and find little, of any characters, take bounded time', () => {
  const began = performance.now();
  const particle = fc.constantFrom(
    'a',
    ' a',
    'aa ',
    '{',
    '}',
    '{}',
    '%s',
    '{{a}}',
    '%',
    ' from ',
    '\u0301',
    '\ud83d',
    'it ',
  );
  const text = fc.array(particle, { maxLength: 120 }).map((all) => all.join(''));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 40 }), fc.array(text, { maxLength: 10 }), (shipped, texts) => {
      const templates = createLabelTemplates(shipped);
      for (const one of texts) {
        const folded = one.trim().replace(/\s+/g, ' ');
        const parts = templates.parts(folded);
        if (parts === null) continue;
        expect(parts.join('')).toBe(folded);
        expect(parts.length % 2).toBe(1);
        expect(shipped.map(fixedParts)).toContainEqual(parts.filter((_, i) => i % 2 === 0));
      }
    }),
    { numRuns: 500 },
  );
  expect(performance.now() - began).toBeLessThan(30_000);
});

test('[MASK43] the words stay, the hole is filled, the same each time', () => {
  const masked = masker(['Switch to {} mode']).text('Switch to zzyzx mode', BUTTON);
  expect(masked.rule).toBe('text.hole');
  expect(masked.value).toMatch(/^Switch to [^zyx]+ mode$/);
  expect(masker(['Switch to {} mode']).text(' Switch to\n zzyzx mode', BUTTON).value).toBe(
    ` ${masked.value}`,
  );
  const two = masker(['Delete {}', 'Delete {} from {}']).text('Delete qqqq from jjjj', BUTTON);
  expect(two.value).toMatch(/^Delete [^qj]+ from [^qj]+$/);
});

test('[MASK43] a hole is closed though the application ships what stands in it', () => {
  const masked = masker(['Switch to {} mode', 'zzyzx', 'Quick job']).text('Switch to zzyzx mode', BUTTON);
  expect(masked.value).toMatch(/^Switch to [^zyx]+ mode$/);
  const words = masker(['Open {} now', 'Quick job', 'Open']).text('Open Quick job now', BUTTON);
  expect(words.value).not.toContain('Quick');
  const piece = masker(['Open {} now']).text('Open Quick \ue001 job now', BUTTON);
  expect(piece.value).not.toMatch(/Quick|job/);
});

test('[MASK9] [MASK43] an input of the card stays in a hole, as in any text', () => {
  const task = structuralMasker({ renaming: RENAMING, literals: ['Quick job'], shipped: ['Delete {} now'] });
  expect(task.text('Delete Quick job now', BUTTON).value).toBe('Delete Quick job now');
  expect(task.text('Delete Quick job of Zzyzx now', BUTTON).value).toMatch(/^Delete Quick job [^zyx]+ now$/i);
});

test('[MASK43] an attribute that names a control is a label like its text', () => {
  const masked = masker(['Delete {{name}}']).attribute(
    'aria-label',
    'Delete zzyzx',
    BUTTON as ElementContext,
  );
  expect(masked.value).toMatch(/^Delete [^zyx]+$/);
  expect(masked.rule).toBe('attribute.text');
});

test('[MASK43] no interface, an empty hole, words before or behind: closed as before', () => {
  const holed = masker(['Delete {{name}} now']);
  for (const text of [
    'Delete now',
    'Delete  now',
    'Do Delete it now',
    'Delete it now then',
    'delete it now',
  ]) {
    expect(holed.text(text, BUTTON), text).toEqual(masker([]).text(text, BUTTON));
  }
  expect(holed.text('Delete it now', { ...BUTTON, role: 'paragraph' }).rule).toBe('text.content');
  expect(holed.text('Delete it now', { ...BUTTON, editable: true }).rule).toBe('value.closed');
});

test('[MASK43] a doubt about the whole text closes the whole: data, addresses, her own words, in a hole or beside it', () => {
  const holed = masker(['Delete {} from archive'], ['quill', 'archive']);
  const closed = masker([]);
  for (const text of [
    'Delete 4711 from archive',
    'Delete q@mail.example from archive',
    'Delete it from archive',
  ]) {
    expect(holed.text(text, BUTTON), text).toEqual(closed.text(text, BUTTON));
  }
  const own = masker(['Delete {} now'], ['quill']).text('Delete Quill now', BUTTON);
  expect(own).toEqual(closed.text('Delete Quill now', BUTTON));
});

// No letter of these words is in filler's alphabet or in the fixed parts below.
const value = fc.stringMatching(/^[jkqwxyz]{1,12}( [jkqwxyz]{1,9}){0,2}$/);
const fixed = fc.stringMatching(/^[a-h]{2,8}( [a-h]{2,5}){0,2}$/);

/** What of the values is left in `text`. */
const leaked = (text: string) => /[jkqwxyz]/.test(text);

test('[MASK43] no character of a value is left where the hole was; without the template all is closed as before', () => {
  fc.assert(
    fc.property(fixed, fixed, fixed, value, value, (a, b, c, first, second) => {
      const text = `${a} ${first} ${b} ${second} ${c}`;
      const masked = masker([`${a} {x} ${b} {y} ${c}`]).text(text, BUTTON).value;
      expect(leaked(masked)).toBe(false);
      const other = masker([`${a} {x} ${b} {y} ${c} ever`]).text(text, BUTTON);
      expect(other).toEqual(masker([]).text(text, BUTTON));
    }),
    { numRuns: 300 },
  );
});

test('[MASK43] seeded hole: with a hole left open the same search finds the value', () => {
  const parts = createLabelTemplates(['Delete {} now']).parts('Delete zzyzx now') ?? [];
  expect(parts).toEqual(['Delete ', 'zzyzx', ' now']);
  expect(
    leaked(
      parts
        .filter((_, i) => i !== 1)
        .join('')
        .replace('now', ''),
    ),
  ).toBe(false);
  expect(leaked(parts.join(''))).toBe(true);
});
