/** Every page or window that is recorded is told all of them (MASK19). */
export const MOST_WORDS = 1_000;
export const LONGEST_WORD = 100;

/** One line, one word or name; lines without a letter or digit, and repetitions, are left out. Null: too many, or too long. */
export function writtenWords(text: string): string[] | null {
  const lines = text.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
  const kept = [...new Set(lines.filter((line) => /[\p{L}\p{N}]/u.test(line)))];
  return kept.length <= MOST_WORDS && kept.every((word) => word.length <= LONGEST_WORD) ? kept : null;
}
