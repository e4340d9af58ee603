import { cardsOf } from './card.ts';
import { FOUR_DIGITS, LONG_WORD, LONGISH_WORD, SIX_DIGITS } from './contents.ts';
import { type DigitRun, digitRuns, isDigit, near, standsAlone } from './digit-run.ts';
import { isNationalId, NATIONAL_IDS, type NationalId } from './national-id.ts';
import { phoneOf } from './phone.ts';
import type { Detector, Report } from './span.ts';

/** Everything that is mostly digits: cards, identifiers, telephones, and what is only a long number (MASK22). */
export const detectNumbers: Detector = (text, report) => {
  digitRuns(text, 6, (run) => {
    if (run.groups.length < 40 && DATE_OR_TIME.test(text.slice(run.start, run.end))) return;
    const card = cardsOf(text, run, report);
    const identified = nationalIdsOf(text, run, report);
    if (!card && !identified && !phoneOf(text, run, report)) longNumbers(text, run, report);
  });
};

/** `2026-11-22`, `22.11.2026`, `11/22/26 14:05`, `20261122`: when, not who. */
const DATE_OR_TIME =
  /^(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:[12]\d|3[01]|0?[1-9])|(?:[12]\d|3[01]|0?[1-9])[-/.](?:[12]\d|3[01]|0?[1-9])[-/.](?:(?:19|20)?\d\d))(?:[ T]+\d{1,2})?$/;

/** Where only groups with at least this many digits in a row are left, they are somebody's number. */
const LONG = 7;

function longNumbers(text: string, run: DigitRun, report: Report): void {
  const { groups } = run;
  for (const group of groups) {
    if (group.digits.length < LONG || /^(\d)\1*$/.test(group.digits)) continue;
    // The tail of a decimal fraction counts nobody, and a bare day is none either.
    if (/\d\.$/.test(text.slice(group.start - 2, group.start))) continue;
    if (/^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])$/.test(group.digits)) continue;
    const start = text[group.start - 1] === '#' ? group.start - 1 : group.start;
    report(start, group.end, 'number', 'number.long');
  }
  if (groups.length > 1 && groups.length < 8 && near(text, run.start, run.end, NUMBER_WORDS, 28)) {
    const digits = groups.reduce((sum, group) => sum + group.digits.length, 0);
    if (digits >= LONG) report(run.start, run.end, 'number', 'number.context');
  }
}
const NUMBER_WORDS =
  /(?:licen[cs]e|passport|account|customer|policy|member|patient|case|iban|acct)[^.!?\n]{0,20}$/i;

/** Identifiers of digits alone: any one to five groups in a row. Each id is tried once for each length. */
function nationalIdsOf(text: string, run: DigitRun, report: Report): boolean {
  const { groups } = run;
  let any = false;
  for (let i = 0; i < groups.length; i++) {
    const first = groups[i] as (typeof groups)[number];
    let digits = '';
    for (let j = i; j < groups.length && j < i + 5; j++) {
      const group = groups[j] as typeof first;
      digits += group.digits;
      if (digits.length > 15) break;
      if (digits.length < 8 || !standsAlone(text, first.start, group.end)) continue;
      const written = text.slice(first.start, group.end);
      const id = BY_LENGTH.get(digits.length)?.find((entry) =>
        counts(entry, digits, written, text, first.start, group.end),
      );
      if (id === undefined) continue;
      report(first.start, group.end, 'national-id', `id.${id.country.toLowerCase()}`);
      any = true;
      i = j;
      break;
    }
  }
  return any;
}

/** Those of digits alone, by length. */
const BY_LENGTH = new Map<number, NationalId[]>();
for (let length = 8; length <= 15; length++) {
  const fits = NATIONAL_IDS.filter(({ form }) => FORMS_OF(length).some((digits) => form.test(digits)));
  if (fits.length > 0) BY_LENGTH.set(length, fits);
}

/** Numbers of one length that begin with each digit, one of which fits every form of digits of this length. */
function FORMS_OF(length: number): string[] {
  return ['1', '2', '3', '5', '7', '756', '20', '9'].map((head) => head.padEnd(length, '1').slice(0, length));
}

function counts(
  id: NationalId,
  plain: string,
  written: string,
  text: string,
  start: number,
  end: number,
): boolean {
  if (!isNationalId(id, plain)) return false;
  if (id.written?.test(written)) return true;
  const whole = !/[^\d]/.test(written);
  return (id.sure && whole) || near(text, start, end, id.words);
}

/** Identifiers with letters: words of letters and digits, also with hyphens, dots or spaces between. */
export const detectLetteredIds: Detector = (text, report) => {
  const { length } = text;
  for (let at = 0; at < length; at++) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let start = at;
    while (start > 0 && isAlphanumeric(text.charCodeAt(start - 1)) && at - start <= 20) start--;
    let end = at + 1;
    while (end < length && isAlphanumeric(text.charCodeAt(end))) end++;
    at = end - 1;
    if (end - start > 20) continue;
    const from = leadingLetters(text, start);
    const pieces = piecesFrom(text, from, end);
    // Most digits stand by themselves.
    if (pieces === 0) continue;
    for (let i = pieces - 1; i >= 0; i--) {
      const end = ENDS[i] as number;
      if (end - from < SHORTEST) break;
      if (!mayBeLettered(i, end - from) || !standsAlone(text, from, end)) continue;
      const id = lettered(text, from, i);
      if (id === undefined) continue;
      report(from, end, 'national-id', `id.${id.country.toLowerCase()}`);
      at = end - 1;
      break;
    }
  }
};

/**
 * Whether the first `i + 1` pieces, `span` characters in all, have the digits and the letters of some identifier. Of an Italian code
 * letters may stand for any of its digits.
 */
function mayBeLettered(i: number, span: number): boolean {
  const letters = LETTERS[i] as number;
  if (letters === 0 || ((DIGITS[i] as number) < FEWEST_DIGITS && span < CODICE_FISCALE)) return false;
  const length = span - (MARKS[i] as number);
  const hyphens = HYPHENS[i] as number;
  return letters <= mostLetters(length - hyphens) || (hyphens > 0 && letters <= mostLetters(length));
}
const FEWEST_DIGITS = 4;
/** Characters of an identifier, with what stands between. */
const SHORTEST = 8;
const LONGEST = 24;
const CODICE_FISCALE = 16;

/**
 * Where each of at most five pieces ends, of the word that is looked at, and what stands before that end: written over by the next
 * word.
 */
const ENDS = new Int32Array(5);
const LETTERS = new Int32Array(5);
const DIGITS = new Int32Array(5);
const HYPHENS = new Int32Array(5);
const MARKS = new Int32Array(5);

/**
 * `QQ 12 34 56 C`, `123456-789A`, `1.234.567-K`: how many pieces there are from `from`, the first of which ends at `first`. None where
 * all of them are too short for any identifier.
 */
function piecesFrom(text: string, from: number, first: number): number {
  let count = 0;
  ENDS[count++] = first;
  for (let at = first; count < 5; ) {
    const begin = isPieceMark(text.charCodeAt(at)) ? at + 1 : at;
    let end = begin;
    while (end - begin < 10 && isAlphanumeric(text.charCodeAt(end))) end++;
    if (end === begin || end - from > LONGEST) break;
    ENDS[count++] = end;
    at = end;
  }
  if ((ENDS[count - 1] as number) - from < SHORTEST) return 0;
  let [letters, digits, hyphens, marks] = [0, 0, 0, 0];
  for (let i = 0, at = from; i < count; i++) {
    for (; at < (ENDS[i] as number); at++) {
      const code = text.charCodeAt(at);
      if (isDigit(code)) digits++;
      else if (isAlphanumeric(code)) letters++;
      else if (code === 45) hyphens++;
      else if (code !== 43) marks++;
    }
    LETTERS[i] = letters;
    DIGITS[i] = digits;
    HYPHENS[i] = hyphens;
    MARKS[i] = marks;
  }
  return count;
}

/** ` .-+/` */
function isPieceMark(code: number): boolean {
  return code === 32 || (code >= 45 && code <= 47) || code === 43;
}

/** One or two capitals and a space or hyphen before digits belong to them: `QQ 12 34 56 C`. */
function leadingLetters(text: string, start: number): number {
  const mark = text.charCodeAt(start - 1);
  if ((mark !== 32 && mark !== 45) || !isDigit(text.charCodeAt(start))) return start;
  let from = start - 1;
  while (from > start - 4 && isCapital(text.charCodeAt(from - 1))) from--;
  const letters = start - 1 - from;
  return letters >= 1 && letters <= 2 && !isAlphanumeric(text.charCodeAt(from - 1)) ? from : start;
}

function isCapital(code: number): boolean {
  return code >= 65 && code <= 90;
}

/** The identifier that the first `i + 1` pieces are. */
function lettered(text: string, start: number, i: number): NationalId | undefined {
  const end = ENDS[i] as number;
  const [hyphens, marks] = [HYPHENS[i] as number, MARKS[i] as number];
  const length = end - start - marks;
  const candidates = LETTERED.get(length - hyphens);
  const hyphened = hyphens === 0 ? undefined : LETTERED.get(length);
  const written = text.slice(start, end);
  const dashed = (marks === 0 ? written : written.replace(/[ ./]/g, '')).toUpperCase();
  const plain = hyphens === 0 ? dashed : dashed.replace(/-/g, '');
  const counted = (id: NationalId, form: string): boolean => {
    if (!isNationalId(id, form)) return false;
    if (id.written?.test(written)) return true;
    // Lower case, or spaces in odd places, is how words look: then the word beside it decides.
    return (
      (id.sure && written === written.toUpperCase() && marks + hyphens < 5) ||
      near(text, start, end, id.words)
    );
  };
  return candidates?.find((id) => counted(id, plain)) ?? hyphened?.find((id) => counted(id, dashed));
}

/** Zero: no identifier with letters is so long. */
function mostLetters(length: number): number {
  return MOST_LETTERS[length] ?? 0;
}

function isAlphanumeric(code: number): boolean {
  return ((code | 32) - 97) >>> 0 < 26 || isDigit(code);
}

/** Those with letters, by how many characters they may have. */
const LETTERED = new Map<number, NationalId[]>();
const MOST_LETTERS = new Uint8Array(32);
for (const id of NATIONAL_IDS) {
  if (!/[A-Z]/.test(id.form.source.replace(/\\[A-Za-z]/g, ''))) continue;
  for (const length of id.lengths ?? []) {
    LETTERED.set(length, [...(LETTERED.get(length) ?? []), id]);
    MOST_LETTERS[length] = Math.max(mostLetters(length), id.letters ?? length);
  }
}

detectNumbers.splits = true;
detectNumbers.needs = SIX_DIGITS;
detectLetteredIds.splits = true;
detectLetteredIds.needs = FOUR_DIGITS | LONGISH_WORD | LONG_WORD;
