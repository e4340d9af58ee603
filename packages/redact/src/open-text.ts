import { boundedMemory } from './bounded-memory.ts';
import { detectEmails, detectIps, detectUrls } from './detect/address.ts';
import { digitRuns } from './detect/digit-run.ts';
import { findSpans } from './detect/find-spans.ts';
import { ownWords } from './detect/own-words.ts';
import { detectAssignments, detectRandom, detectSpoken } from './detect/secret-word.ts';
import type { Detector } from './detect/span.ts';
import type { Filler } from './filler.ts';

/**
 * The second net under text that structure or an agreement opens (MASK17, MASK18), small enough for a page: no tables of
 * countries and issuers, no dictionary of names. It closes whatever could be any of those instead.
 */
export type OpenText = {
  /** A label that the application ships: null if it may stay as it is. */
  label(text: string): string | null;
  /** Text that an agreement opens: as it stays, and whether anything was closed. */
  agreed(text: string): { value: string; closed: boolean };
  /** The same for the value of a field, whose last word may be the beginning of something. */
  typed(text: string): { value: string; closed: boolean };
};

export function createOpenText(fill: Filler, words: readonly string[]): OpenText {
  const own = ownWords(words).detect;
  const ofLabels: readonly Detector[] = [own, detectEmails, detectUrls, detectRandom];
  const ofText: readonly Detector[] = [
    ...ofLabels,
    detectIps,
    detectAssignments,
    detectSpoken,
    detectDigits,
    detectCapitals,
  ];
  const cached = boundedMemory<{ value: string; closed: boolean }>(ROOM, ({ value }) => value.length);

  const close = (text: string, detectors: readonly Detector[]): { value: string; closed: boolean } => {
    const spans = findSpans(text.slice(0, TEXT_LIMIT), detectors);
    let value = '';
    let at = 0;
    for (const { start, end } of spans) {
      value += text.slice(at, start) + fill(text.slice(start, end));
      at = end;
    }
    // What is too long to look through is closed from there.
    const rest = text.slice(Math.max(at, TEXT_LIMIT));
    value += text.slice(at, Math.max(at, TEXT_LIMIT)) + (rest === '' ? '' : fill(rest));
    return { value, closed: spans.length > 0 || rest !== '' };
  };

  return {
    label(text) {
      const { closed } = cached(`l${text}`, () => close(text, ofLabels));
      return closed ? fill(text) : null;
    },
    agreed: (text) => cached(`a${text}`, () => close(text, ofText)),
    typed(text) {
      const { value, closed } = close(text, ofText);
      // `q.quill` becomes an address with the next key, `4111` a card: a word with such a mark waits for its end.
      const last = /[^\s]*[\p{N}@._:/+=-][^\s]*$/u.exec(text.slice(-LAST_WORD));
      if (last === null || last[0] === '') return { value, closed };
      const before = text.slice(0, text.length - last[0].length);
      const kept = before === '' ? { value: '', closed: false } : close(before, ofText);
      return { value: kept.value + fill(last[0]), closed: true };
    },
  };
}

const TEXT_LIMIT = 20_000;
const LAST_WORD = 200;
const ROOM = 150_000;

/** Four digits or more, however they are set apart. */
export const detectDigits: Detector = (text, report) => {
  digitRuns(text, 4, (run) => {
    let [start, end] = [run.start, run.end];
    while (start > 0 && /[\p{L}\p{N}#_-]/u.test(text[start - 1] as string) && run.start - start < 20) start--;
    while (end < text.length && /[\p{L}\p{N}_-]/u.test(text[end] as string) && end - run.end < 20) end++;
    report(start, end, 'number', 'number.any');
  });
  // Words of letters and digits: identifiers of several states, numbers of customers.
  const word = /[\p{L}\p{N}]{6,}/gu;
  for (const found of text.matchAll(word)) {
    if ((found[0].match(/\p{N}/gu)?.length ?? 0) < 3) continue;
    report(found.index, found.index + found[0].length, 'number', 'number.lettered');
  }
};

/** Two words with capitals side by side could be a name; most headings in English look so too, and are closed with them. */
export const detectCapitals: Detector = (text, report) => {
  const pair = /(?<![\p{L}\p{N}])\p{Lu}[\p{L}'.-]{0,40}(?: (?:\p{Ll}{1,4} )?\p{Lu}[\p{L}'.-]{0,40}){1,4}/gu;
  for (const found of text.matchAll(pair))
    report(found.index, found.index + found[0].length, 'person', 'name.capitals');
};
