import fc from 'fast-check';
import { expect, it } from 'vitest';
import { redactText } from '../src/redacted-text.ts';

it('[MASK29] spans are positions in the text as given, and what is in them is gone', () => {
  const text = 'Write to q.quill@mail.example or +49 30 901820.';
  const { text: out, spans } = redactText(text);
  expect(out).toBe('Write to [email] or [phone].');
  expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual([
    'q.quill@mail.example',
    '+49 30 901820',
  ]);
});

it.each([
  ['paragraph', 'Settings', 'text.content'],
  ['button', 'Quarterly figures', 'text.not-shipped'],
  ['title', 'Inbox', undefined],
  ['button', 'File an expense', undefined],
  ['BUTTON', '  Save  ', undefined],
  ['button', '', undefined],
])('[MASK29] with a role structure decides first: %s %j', (role, text, rule) => {
  const { spans } = redactText(text, { role, shipped: new Set(['File an expense']) });
  expect(spans[0]?.rule).toBe(rule);
});

it('[MASK29] what comes out is well-formed, and what was found is not in it', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (noise) => {
      const text = `${noise} q.quill@mail.example ${noise}`;
      const { text: out, spans } = redactText(text, { stand: () => '' });
      expect(out.isWellFormed()).toBe(true);
      expect(out).not.toContain('quill@mail');
      expect(spans.length).toBeGreaterThan(0);
    }),
    { numRuns: 50 },
  );
});
