import { isDate } from './check-digit.ts';
import { BIRTH_HEAD, beginsWith, inEveryCase } from './contents.ts';
import type { Detector } from './span.ts';

/** A date is when something was; it becomes a person's only beside a word that says so (MASK22). */
export const detectBirthDates: Detector = (text, report) => {
  const words =
    /\b(?:born|birth|birthday|d\.?o\.?b\b|geb(?:oren|\.)|geburt\w*|n[\u00e9e]e? le|naissance|nacid[oa]|nacimiento|nat[oa] il|nascita|geboren|f[\u00f8o]dt|syntynyt|urodzon\w*)/gi;
  for (const found of text.matchAll(words)) {
    const from = found.index + found[0].length;
    const window = text.slice(from, from + 40);
    for (const date of window.matchAll(DATE)) {
      if (!possible(date[0])) continue;
      report(from + date.index, from + date.index + date[0].length, 'birth-date', 'birth-date.context');
      break;
    }
  }
};

/** How each of the words above begins, folded. */
const HEADS = [
  'bor',
  'bir',
  'dob',
  'd.o',
  'do.',
  'geb',
  'ne ',
  'nee',
  'nac',
  'nai',
  'nat',
  'nas',
  'fod',
  'syn',
  'uro',
];
beginsWith(inEveryCase(HEADS), BIRTH_HEAD);
detectBirthDates.needs = BIRTH_HEAD;

const MONTH =
  '(?:jan|feb|mar|m\u00e4r|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z\u00e4\u00f6\u00fc]{0,8}\\.?';
const DATE = new RegExp(
  `\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}|\\d{1,2}[-/.]\\d{1,2}[-/.]\\d{2,4}|\\d{1,2}(?:st|nd|rd|th|\\.)? ?${MONTH},? ?\\d{4}|${MONTH} ?\\d{1,2}(?:st|nd|rd|th)?,? ?\\d{4}`,
  'gi',
);

function possible(date: string): boolean {
  const parts = date.match(/\d+/g)?.map(Number) ?? [];
  if (parts.length < 3) return true;
  const [a = 0, b = 0, c = 0] = parts;
  const year = a > 31 ? a : c < 100 ? 1900 + c : c;
  return a > 31 ? isDate(year, b, c) : isDate(year, b, a) || isDate(year, a, b);
}
