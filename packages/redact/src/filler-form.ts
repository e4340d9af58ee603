import { FIELD_STANDS } from './field-stand.ts';
import { ALPHABETS, fillerLength } from './filler.ts';

/**
 * Whether a line could be filler by its form (MASK6-MASK8): one alphabet, words of two letters and more, a length that filler
 * has. Filler always has it. Short labels of an application may have it too, and this can't tell them apart.
 */
export function mayBeFiller(line: string): boolean {
  const text = line.trim();
  if (text === '\u2026') return true;
  if (!LENGTHS.has(text.length)) return false;
  const head = text.slice(1);
  if (head !== head.toLowerCase() && text !== text.toUpperCase()) return false;
  const letters = text.toLowerCase();
  if (!FORMS.some((form) => form.test(letters))) return false;
  return !/^\S(?: |$)| \S /.test(letters) && !letters.includes('  ');
}

/** What stands in every field of its kind, password or form, whoever typed what (MASK13): it says nothing to anybody. */
export function isStand(text: string): boolean {
  return STANDS.has(text) || /^\u2022+$/.test(text);
}

const STANDS = new Set(Object.values(FIELD_STANDS));

const LENGTHS: ReadonlySet<number> = new Set(
  Array.from({ length: 12 }, (_, i) => 2 ** i).flatMap((n) => [
    fillerLength(n + 1),
    fillerLength(Math.ceil(n * 1.5) + 1),
  ]),
);

const FORMS = Object.values(ALPHABETS).map((alphabet) => new RegExp(`^[${alphabet} ]+$`, 'u'));
