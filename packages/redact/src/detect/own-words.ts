import { fold } from './folding.ts';
import type { Detector } from './span.ts';

/**
 * The contributor's own words: what she wants closed wherever it stands (MASK28). In memory only; the number of
 * entries and the length of each are bounded.
 */
export const OWN_WORDS_LIMIT = 1_000_000;
/** Entries are looked at as up to this many words in a row. */
const WORDS_IN_A_ROW = 4;
const LEAST = 2;

export type OwnWords = {
  /** How many entries there are. */
  readonly size: number;
  detect: Detector;
};

/** Throws RangeError for more than OWN_WORDS_LIMIT entries; entries without a letter or digit are left out. */
export function ownWords(entries: Iterable<string>): OwnWords {
  const known = new Set<string>();
  let longest = 1;
  let size = 0;
  for (const entry of entries) {
    if (++size > OWN_WORDS_LIMIT) throw new RangeError(`more than ${OWN_WORDS_LIMIT} words`);
    const words = wordsOf(fold(entry.slice(0, 200)).text).slice(0, WORDS_IN_A_ROW);
    if (words.length === 0) continue;
    const key = words.map((word) => word.text).join(' ');
    if (key.length < LEAST) continue;
    longest = Math.max(longest, words.length);
    known.add(key);
  }
  return {
    size: known.size,
    detect: (text, report) => {
      if (known.size === 0) return;
      const row: Word[] = [];
      for (const word of eachWord(text)) {
        row.push(word);
        if (row.length > longest) row.shift();
        let key = '';
        for (let i = row.length - 1; i >= 0; i--) {
          const first = row[i] as Word;
          key = key === '' ? first.text : `${first.text} ${key}`;
          if (known.has(key)) report(first.start, word.end, 'own-word', 'own-word');
        }
      }
    },
  };
}

type Word = { text: string; start: number; end: number };

function wordsOf(text: string): Word[] {
  return [...eachWord(text)];
}

function* eachWord(text: string): Iterable<Word> {
  const word = /[\p{L}\p{N}]+/gu;
  for (let found = word.exec(text); found !== null; found = word.exec(text)) {
    const end = found.index + found[0].length;
    yield { text: found[0].toLowerCase(), start: found.index, end };
  }
}
