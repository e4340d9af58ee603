/**
 * What a folded text has in it, found in one pass over its units, so that a detector is not asked where it can find nothing
 * (MASK20). Bits; a detector's `needs` are those of which one has to be there. A bit too many costs time, one too few a find.
 */
export const DIGIT = 1;
/** Among all of the text, wherever they stand. */
export const FOUR_DIGITS = 2;
export const SIX_DIGITS = 4;
/** `@`, or a bracket before a spoken one. */
export const AT = 8;
export const SLASH_OR_DOT = 16;
export const COLON = 32;
/** What stands between a name and its value: `=`, `:`, `>`. */
export const SIGN = 64;
/** A dot right before a digit. */
export const POINT = 128;
/** Twenty characters in a row that keys are written in; and those that an identifier with few digits could have. */
export const LONG_WORD = 256;
export const LONGISH_WORD = 512;
export const NOT_ASCII = 1_024;
export const LINE_END = 2_048;
/** A word that begins like one of those that `beginsWith` was told of. */
export const SECRET_HEAD = 4_096;
export const BIRTH_HEAD = 8_192;
export const SPOKEN_HEAD = 16_384;

export const LONG_WORD_LENGTH = 20;
const LONGISH_WORD_LENGTH = 13;

/** WORD: what keys are written in. ALNUM: a letter or digit before says that no word begins here. */
const WORD = 1 << 20;
const ALNUM = 1 << 21;
const DOT = 1 << 22;

const KINDS = Int32Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return (
    (/\d/.test(char) ? DIGIT : 0) |
    (/[@[({]/.test(char) ? AT : 0) |
    (/[/.]/.test(char) ? SLASH_OR_DOT : 0) |
    (char === ':' ? COLON : 0) |
    (/[=:>]/.test(char) ? SIGN : 0) |
    (char === '\n' ? LINE_END : 0) |
    (/[A-Za-z0-9+/_=-]/.test(char) ? WORD : 0) |
    (/[A-Za-z0-9]/.test(char) ? ALNUM : 0) |
    (char === '.' ? DOT : 0)
  );
});

/** By three characters, six bits of each: what falls together costs only time. */
const HEADS = new Uint8Array(1 << 18);
const HEAD_SHIFT = 12;

function headKey(a: number, b: number, c: number): number {
  return ((a & 63) << 12) | ((b & 63) << 6) | (c & 63);
}

/** From now on a word that begins with the first three characters of one of `heads`, in this case, has this bit. */
export function beginsWith(heads: Iterable<string>, bit: number): void {
  for (const head of heads) {
    const key = headKey(head.charCodeAt(0), head.charCodeAt(1), head.charCodeAt(2));
    HEADS[key] = (HEADS[key] as number) | (bit >> HEAD_SHIFT);
  }
}

/** A word's beginning in capitals, in small letters, and in all that is between. */
export function inEveryCase(heads: readonly string[]): string[] {
  return heads.flatMap((head) =>
    Array.from({ length: 8 }, (_, cases) =>
      [...head].map((char, i) => ((cases >> i) & 1 ? char.toUpperCase() : char)).join(''),
    ),
  );
}

export function contentsOf(text: string): number {
  const { length } = text;
  let bits = 0;
  let heads = 0;
  let digits = 0;
  let before = 0;
  /** Where the present run of what keys are written in began. */
  let word = -1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 128) {
      bits |= NOT_ASCII | wordBits(i - word);
      word = i;
      before = 0;
      continue;
    }
    let kind = KINDS[code] as number;
    if ((before & ALNUM) === 0) heads |= headAt(text, i, code);
    bits |= kind;
    if ((kind & ALNUM) === 0) {
      if ((kind & WORD) === 0) {
        if (i - word > LONGISH_WORD_LENGTH) bits |= wordBits(i - word);
        word = i;
      }
      before = kind;
      continue;
    }
    if ((before & DOT) !== 0 && (kind & DIGIT) !== 0) bits |= POINT;
    digits += kind & DIGIT;
    // To the end of the word nothing else can begin.
    for (; i + 1 < length; i++) {
      const next = text.charCodeAt(i + 1);
      if (next >= 128) break;
      kind = KINDS[next] as number;
      if ((kind & ALNUM) === 0) break;
      bits |= kind;
      digits += kind & DIGIT;
    }
    before = ALNUM;
  }
  bits |= wordBits(length - word) | (heads << HEAD_SHIFT);
  return (
    (bits & ~(WORD | ALNUM | DOT)) | (digits >= 6 ? SIX_DIGITS | FOUR_DIGITS : digits >= 4 ? FOUR_DIGITS : 0)
  );
}

function headAt(text: string, at: number, first: number): number {
  if (at + 2 >= text.length) return 0;
  return HEADS[headKey(first, text.charCodeAt(at + 1), text.charCodeAt(at + 2))] as number;
}

/** `distance`: from the character before a run to the one behind it. */
function wordBits(distance: number): number {
  return distance > LONG_WORD_LENGTH
    ? LONG_WORD | LONGISH_WORD
    : distance > LONGISH_WORD_LENGTH
      ? LONGISH_WORD
      : 0;
}
