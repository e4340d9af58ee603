/**
 * Undoes the tricks of writing before anything is matched (MASK21): what nobody sees is dropped, what looks like
 * a Latin letter becomes one, every digit is an ASCII digit, every dash a hyphen, text turned round by an override
 * is turned back. Positions lead back to the text as it was given.
 */
export type Folded = {
  text: string;
  /** Where in the original each unit stands; one more entry for the end. Null: where it stands here. */
  origin: Int32Array | null;
};

/** One code point becomes at most so many units: some ligatures of Arabic are whole sentences. */
const EXPANSION = 4;

export function fold(original: string): Folded {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is what ASCII is.
  const first = original.search(/[^\x00-\x7f]/);
  if (first < 0) return { text: original, origin: null };
  let text = '';
  /** Made at the first character that does not become exactly one: most accents and quotes do. */
  let origin: Int32Array | null = null;
  const room = (more: number): Int32Array => {
    if (origin === null) {
      origin = new Int32Array(original.length + 16);
      for (let i = 0; i < text.length; i++) origin[i] = i;
    }
    if (text.length + more >= origin.length) {
      const wider = new Int32Array((origin.length + more) * 2);
      wider.set(origin);
      origin = wider;
    }
    return origin;
  };
  const putAscii = (from: number, to: number) => {
    if (origin !== null) {
      const into = room(to - from);
      for (let i = from; i < to; i++) into[text.length + i - from] = i;
    }
    text += original.slice(from, to);
  };
  const put = (folded: string, from: number) => {
    const into = room(folded.length);
    for (let i = 0; i < folded.length; i++) into[text.length + i] = from;
    text += folded;
  };
  let at = 0;
  for (let i = first; i < original.length; ) {
    const unit = original.charCodeAt(i);
    if (unit < 128) {
      i++;
      continue;
    }
    if (i > at) putAscii(at, i);
    const code = unit < 0xd800 || unit > 0xdfff ? unit : (original.codePointAt(i) as number);
    at = i + (code > 0xffff ? 2 : 1);
    if (code === OVERRIDE) {
      const turned = turnedBack(original, at);
      for (const { char: plain, from } of turned.chars) put(foldChar(plain.codePointAt(0) as number), from);
      // What was turned round led elsewhere even where nothing came of it.
      room(0);
      at = turned.end;
    } else {
      const folded = foldChar(code);
      if (origin === null && folded.length === 1 && code <= 0xffff) text += folded;
      else put(folded, i);
    }
    i = at;
  }
  if (at < original.length) putAscii(at, original.length);
  if (origin === null) return { text, origin: null };
  const full = room(1);
  full[text.length] = original.length;
  return { text, origin: full.subarray(0, text.length + 1) };
}

/** Where a range of the folded text stands in the original. */
export function originalRange({ origin }: Folded, start: number, end: number): [number, number] {
  if (origin === null) return [start, end];
  // Text that was turned round runs backwards; dropped characters within belong to what is around them.
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (let i = start; i < end; i++) {
    const from = origin[i] as number;
    if (from < low) low = from;
    if (from >= high) high = from + 1;
  }
  const next = origin[end] as number;
  return [low, next > high && next - high <= 16 ? next : high];
}

const OVERRIDE = 0x202e;
const OVERRIDE_LIMIT = 2_000;

/** What stands after an override, as it is shown: from its end to its beginning. */
function turnedBack(text: string, at: number): { chars: { char: string; from: number }[]; end: number } {
  const chars: { char: string; from: number }[] = [];
  let end = at;
  while (end < text.length && chars.length < OVERRIDE_LIMIT) {
    const char = String.fromCodePoint(text.codePointAt(end) as number);
    if (char === '\u202c' || char === '\n' || char === '\u2069') break;
    chars.push({ char, from: end });
    end += char.length;
  }
  return { chars: chars.reverse(), end };
}

const known = new Map<number, string>();
const KNOWN_LIMIT = 8_192;

function foldChar(code: number): string {
  if (code < 128) return String.fromCharCode(code);
  let folded = known.get(code);
  if (folded === undefined) {
    folded = foldNew(String.fromCodePoint(code));
    if (known.size >= KNOWN_LIMIT) known.clear();
    known.set(code, folded);
  }
  return folded;
}

/** Characters that show nothing though they are no format characters: fillers, selectors, the blank of Braille. */
const UNSEEN = /[\p{Cf}\p{Mn}\p{Me}\u115f\u1160\u3164\uffa0\u2800]/u;

function foldNew(char: string): string {
  if (UNSEEN.test(char)) return '';
  if (/\p{Zs}/u.test(char)) return ' ';
  if (char === '\u2028' || char === '\u2029' || char === '\u0085') return '\n';
  if (/\p{Pd}/u.test(char) || char === '\u2212') return '-';
  let out = '';
  for (const part of char.normalize('NFKD')) {
    if (UNSEEN.test(part)) continue;
    out += LOOK_ALIKE.get(part) ?? (/\p{Nd}/u.test(part) ? digit(part) : part);
    if (out.length >= EXPANSION) break;
  }
  return out;
}

/** Digits of every script begin at a code point that ends in 0 or in 6. */
function digit(char: string): string {
  const code = char.codePointAt(0) as number;
  const low = code & 15;
  const zero = /\p{Nd}/u.test(String.fromCodePoint(code - low)) ? 0 : 6;
  return low - zero >= 0 && low - zero <= 9 ? String(low - zero) : char;
}

/** Letters of other scripts that are drawn like Latin ones, in pairs: the foreign one, the Latin one. */
const PAIRS =
  '\u0430a\u0435e\u043eo\u0440p\u0441c\u0443y\u0445x\u0456i\u0455s\u0458j\u04bbh\u0501d\u051bq\u051dw\u0432b\u043ak\u043cm\u043dh\u0442t\u04c0l\u0491r' +
  '\u0410A\u0412B\u0415E\u041aK\u041cM\u041dH\u041eO\u0420P\u0421C\u0422T\u0423Y\u0425X\u0406I\u0405S\u0408J\u0501d\u050cG' +
  '\u03b1a\u03bfo\u03c1p\u03b9i\u03bak\u03bdv\u03c5u\u03c7x\u03b3y\u03c4t\u03c9w\u03b5e\u03b7n\u03f2c' +
  '\u0391A\u0392B\u0395E\u0396Z\u0397H\u0399I\u039aK\u039cM\u039dN\u039fO\u03a1P\u03a4T\u03a5Y\u03a7X' +
  '\u0561w\u0570h\u0578n\u057du\u0585o\u0566q\u0581g\u054fS\u0555O\u13a0D\u13a1R\u13a2T\u13aaA\u13b3W\u13b7M\u13bbH\u13c0G\u13c2h\u13c3Z\u13e2P\u13dfC' +
  '\u0131i\u0142l\u0141L\u00f8o\u00d8O\u0111d\u0110D\u0127h\u0166T\u0251a\u0261g\u026ai\u029fL\u1d00a\u1d04c\u1d07e\u1d0fo\u1d18p\u1d1bt\u1d20v\u1d21w\u1d22z' +
  "\u3002.\uff61.\u06d4.\u2024.\u00b7.\u30fb.\u2044/\u2215/\u29f8/\u02d0:\u2236:\ua789:\u02bc'\u2019'\u2018'\u201c\"\u201d\"\u2217*\u01c3!\u05f3'";
const LOOK_ALIKE: ReadonlyMap<string, string> = new Map(
  Array.from({ length: PAIRS.length / 2 }, (_, i) => [PAIRS[i * 2] as string, PAIRS[i * 2 + 1] as string]),
);
