import { type DigitRun, near, standsAlone } from './digit-run.ts';
import type { Report } from './span.ts';

/**
 * Telephone numbers by how they are written (MASK22): with the sign of a country, with an area in brackets, in
 * the groups of a country, or anything long enough near a word that says so. What is only possible by a country's
 * plan, without either, is left to the library of plans (phone-plans.ts).
 */
export function phoneOf(text: string, run: DigitRun, report: Report): boolean {
  const digits = run.groups.map((group) => group.digits).join('');
  if (digits.length < 6 || digits.length > 17) return false;
  const [start, end] = withExtension(text, run);
  if (!standsAlone(text, run.start, run.end) && end === run.end) return false;
  const rule = writtenAs(text, run, digits);
  if (rule === null) return false;
  report(start, end, 'phone', rule);
  return true;
}

function writtenAs(text: string, run: DigitRun, digits: string): string | null {
  const lengths = run.groups.map((group) => group.digits.length);
  if (run.international && digits.length >= 7) return 'phone.international';
  const whole = text.slice(run.start, run.end);
  if (digits.length >= 7 && /^\(0?\d{1,4}\) ?\d/.test(whole)) return 'phone.area';
  const spoken = near(text, run.start, run.end, PHONE_WORDS, 56);
  if (spoken && digits.length >= 7 && !isHouse(text, run)) return 'phone.context';
  if (/\(0\)/.test(whole) && digits.length >= 8) return 'phone.area';
  const [first = 0] = lengths;
  // 415-555-0123, 415.555.0123
  if (/^(?:1[-. ])?[2-9]\d\d([-. ])[2-9]?\d\d\1\d{4}$/.test(whole)) return 'phone.american';
  // 0494 92 82 32, 01.84.17.61.18, 030-1234567: a leading zero and groups.
  if (
    digits.startsWith('0') &&
    lengths.length >= 2 &&
    digits.length >= 8 &&
    digits.length <= 12 &&
    first <= 5
  ) {
    if (Math.min(...lengths) >= 2 && !/\//.test(whole.slice(6))) return 'phone.national';
  }
  return null;
}

/** `17031 2202 Rissik St`: the office is at a house, not at a telephone. */
function isHouse(text: string, run: DigitRun): boolean {
  return run.groups.length <= 2 && /^ \p{Lu}\p{L}+ \p{L}/u.test(text.slice(run.end, run.end + 24));
}

/** `x4587`, `ext. 1234`, `#12` behind belong to it. */
function withExtension(text: string, run: DigitRun): [number, number] {
  const extension = /[ ,;]{0,2}(?:x|ext\.?|extension|durchwahl|poste)[ .:]{0,2}\d{1,6}/iy;
  extension.lastIndex = run.end;
  return [run.start, extension.test(text) ? extension.lastIndex : run.end];
}

const PHONE_WORDS =
  /phone|fax|tel[.:e ]|mobile|cell|call|dial|desk|office|sms|text me|whatsapp|answering|messages? (?:to|on|at)|reach|registered|verify|contact|handy|rufnummer|t[e\u00e9]l[e\u00e9]fon|m[o\u00f3]vil|portable/i;
