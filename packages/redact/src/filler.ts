import { boundedMemory } from './bounded-memory.ts';
import type { KeyedHash } from './keyed-hash.ts';

/**
 * What stands in the place of closed text (MASK6-MASK9): of the same script, about as wide, the same for
 * the same text within a recording, and never sharing four characters in a row with what it stands for.
 */
export type Filler = (text: string) => string;

export type Script = keyof typeof ALPHABETS;

// Letters by their frequency, so that a line of filler is about as wide as a line of text.
export const ALPHABETS = {
  latin: 'eeeeaaaooiinnttrrsslldccmupfghbv',
  digits: '0123456789',
  cyrillic: range(0x430, 30),
  greek: range(0x3b1, 17),
  hebrew: range(0x5d0, 26),
  arabic: range(0x627, 20),
  devanagari: range(0x915, 30),
  thai: range(0xe01, 40),
  kana: range(0x3042, 40),
  hangul: range(0xac00, 90),
  han: range(0x4e00, 90),
  symbol: '\u00b7\u2013\u2022\u25cb',
} as const;

const SCRIPTS: readonly (readonly [Script, RegExp])[] = [
  ['cyrillic', /[\u0400-\u052f]/g],
  ['greek', /[\u0370-\u03ff]/g],
  ['hebrew', /[\u0590-\u05ff]/g],
  ['arabic', /[\u0600-\u077f]/g],
  ['devanagari', /[\u0900-\u097f]/g],
  ['thai', /[\u0e00-\u0e7f]/g],
  ['kana', /[\u3040-\u30ff]/g],
  ['hangul', /[\uac00-\ud7af]/g],
  ['han', /[\u3400-\u9fff]/g],
];

/** Longer closed text becomes filler of this length: nobody reads it, and a page can't make us work on it. */
const LENGTH_LIMIT = 4096;
const LINES_LIMIT = 200;
/** Characters that are remembered: some two thousand labels. */
const ROOM = 150_000;

export function createFiller(hash: KeyedHash): Filler {
  const known = boundedMemory<string>(ROOM, (filled) => filled.length);
  const line = (text: string): string => {
    const trimmed = text.trim();
    if (trimmed === '') return text.length > 0 ? ' ' : '';
    const filled = known(trimmed, () => fill(trimmed.slice(0, LENGTH_LIMIT * 2), hash('text', trimmed)));
    // One space at either end: it decides whether inline text touches its neighbour.
    const before = /^\s/.test(text) ? ' ' : '';
    return before + filled + (/\s$/.test(text) ? ' ' : '');
  };
  return (text) => {
    if (!text.includes('\n')) return line(text);
    const lines = text.split('\n');
    if (lines.length > LINES_LIMIT) lines.push(lines.splice(LINES_LIMIT - 1).join(' '));
    return lines.map(line).join('\n');
  };
}

/** The least length of the bucket that `length` falls into: two buckets an octave, one for 1 and 2. */
export function fillerLength(length: number): number {
  if (length <= 2) return 2;
  const octave = 2 ** Math.floor(Math.log2(length - 1));
  const half = length - 1 < octave * 1.5 ? 0 : 1;
  return Math.min(LENGTH_LIMIT, octave + (octave * half) / 2 + 1);
}

/** The script that most of it is in; `digits` when there are no letters, `symbol` when neither. */
export function scriptOf(text: string): Script {
  const sample = text.slice(0, 400);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return /\p{N}/u.test(sample) ? 'digits' : 'symbol';
  if ((sample.match(/\p{Nd}/gu)?.length ?? 0) > letters * 2) return 'digits';
  let best: Script = 'latin';
  let most = letters / 3;
  for (const [script, pattern] of SCRIPTS) {
    const count = sample.match(pattern)?.length ?? 0;
    if (count > most) [best, most] = [script, count];
  }
  return best;
}

function fill(text: string, seed: readonly [number, number]): string {
  const script = scriptOf(text);
  const alphabet = ALPHABETS[script];
  const next = generator(seed);
  const length = fillerLength(text.length);
  const spaced = /\s/.test(text) && script !== 'symbol';
  const closed = quadruples(text);
  let out = '';
  let word = 2 + (next() % 8);
  while (out.length < length) {
    const before = fold(out.slice(-3));
    let char: string | undefined;
    if (spaced && word-- <= 0 && out.length < length - 1 && !closed.has(`${before} `)) {
      char = ' ';
      word = 2 + (next() % 8);
    } else char = pick(alphabet, next(), before, closed);
    // Only a text made to hold every quadruple of the alphabet gets here.
    if (char === undefined) return '\u2026';
    out += char;
  }
  return cased(out, text, script);
}

/** A letter that does not complete four in a row that stand in the closed text. */
function pick(alphabet: string, start: number, before: string, closed: Set<string>): string | undefined {
  for (let i = 0; i < alphabet.length; i++) {
    const char = alphabet[(start + i) % alphabet.length] as string;
    if (before.length < 3 || !closed.has(before + char)) return char;
  }
  return undefined;
}

/** All of four characters in a row, without case; white space of any kind counts as a space. */
function quadruples(text: string): Set<string> {
  const folded = fold(text);
  const all = new Set<string>();
  for (let i = 0; i + 4 <= folded.length; i++) all.add(folded.slice(i, i + 4));
  return all;
}

function fold(text: string): string {
  return text.toLowerCase().replace(/\s/g, ' ');
}

function cased(filler: string, text: string, script: Script): string {
  if (script !== 'latin' && script !== 'cyrillic' && script !== 'greek') return filler;
  if (text.length > 2 && text === text.toUpperCase()) return filler.toUpperCase();
  const first = text[0] as string;
  return first === first.toLowerCase() ? filler : (filler[0] as string).toUpperCase() + filler.slice(1);
}

/** Numbers that follow from a seed. xorshift64: it need not be strong, its seed already is keyed. */
export function generator([high, low]: readonly [number, number]): () => number {
  let a = high | 1;
  let b = low;
  return () => {
    let x = a;
    a = b;
    x ^= x << 23;
    x ^= x >>> 17;
    x ^= b ^ (b >>> 26);
    b = x;
    return (a + b) >>> 1;
  };
}

function range(from: number, count: number): string {
  return Array.from({ length: count }, (_, i) => String.fromCharCode(from + i)).join('');
}
