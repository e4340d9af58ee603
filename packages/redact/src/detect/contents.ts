/**
 * What kinds of characters a folded text has, found in one pass, so that a detector is not asked where it can find nothing
 * (MASK20). Bits; a detector's `needs` are those of which one has to be there.
 */
export const DIGIT = 1;
export const SIX_DIGITS = 2;
/** `@`, or a bracket before a spoken one. */
export const AT = 4;
export const SLASH_OR_DOT = 8;
export const COLON = 16;
/** Twenty characters in a row that keys are written in. */
export const LONG_WORD = 32;
export const NOT_ASCII = 64;

export const LONG_WORD_LENGTH = 20;

/** Bits 1 to 16 as above; WORD: what keys are written in. */
const WORD = 128;
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return (
    (/\d/.test(char) ? DIGIT : 0) |
    (/[@[({]/.test(char) ? AT : 0) |
    (/[/.]/.test(char) ? SLASH_OR_DOT : 0) |
    (char === ':' ? COLON : 0) |
    (/[A-Za-z0-9+/_=-]/.test(char) ? WORD : 0)
  );
});

export function contentsOf(text: string): number {
  let bits = 0;
  let digits = 0;
  let word = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 128) {
      bits |= NOT_ASCII;
      word = 0;
      continue;
    }
    const kind = KINDS[code] as number;
    bits |= kind;
    digits += kind & DIGIT;
    word = kind & WORD ? word + 1 : 0;
    if (word === LONG_WORD_LENGTH) bits |= LONG_WORD;
  }
  return (bits & ~WORD) | (digits >= 6 ? SIX_DIGITS : 0);
}
