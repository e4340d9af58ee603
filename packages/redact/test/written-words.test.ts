import { maskFreeText } from '@aboveboard/redact/free-text';
import { expect, test } from 'vitest';
import { LONGEST_WORD, MOST_WORDS, writtenWords } from '../src/written-words.ts';

test('[MASK19] a line is a word or a name, once; what has no letter or digit is none', () => {
  expect(writtenWords(' Quokka  Lantern \n\n--\nQuokka Lantern\n4711\r\n')).toEqual([
    'Quokka Lantern',
    '4711',
  ]);
  expect(writtenWords('')).toEqual([]);
});

test('[MASK19] too many and too long are refused whole', () => {
  expect(writtenWords('x'.repeat(LONGEST_WORD + 1))).toBe(null);
  expect(writtenWords(Array.from({ length: MOST_WORDS + 1 }, (_, i) => `w${i}`).join('\n'))).toBe(null);
  expect(writtenWords(Array.from({ length: MOST_WORDS }, (_, i) => `w${i}`).join('\n'))?.length).toBe(
    MOST_WORDS,
  );
});

test('[MASK15] [MASK19] what she describes passes her words too', () => {
  const { text, rules } = maskFreeText('Ask quokka LANTERN about Numbat', [], ['Quokka Lantern', 'numbat']);
  expect(text).toBe('Ask [closed] about [closed]');
  expect(rules).toEqual([{ rule: 'free.own-word', count: 2 }]);
});
