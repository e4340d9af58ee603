import { KIND_NAMES, type SampleKind, type SampleSink } from './pointer-sample.ts';

/** A row that is none (MOV3). Says the line and what is wrong, and nothing of what stands there. */
export class SampleFault extends Error {
  override readonly name = 'SampleFault';
  readonly rule = 'MOV3';
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line} ${message}`);
    this.line = line;
  }
}

export const SAMPLE_HEADER = 't_ms,x,y,kind';

const LONGEST_LINE = 256;
const FURTHEST = 100_000;
/** A clock that counts from 1970 in milliseconds is below it. */
const LATEST = 1e14;
const [COMMA, NEWLINE, RETURN, POINT, MINUS] = [44, 10, 13, 46, 45];

/**
 * Reads `t_ms,x,y,kind` in UTF-8, in chunks of any size, without making a string of it. Throws SampleFault at the first
 * row that is none; what was given until then was given.
 */
export class SampleReader {
  readonly #sink: SampleSink;
  #line = 1;
  /** What the last chunk left of a line. */
  #rest = new Uint8Array(0);
  rows = 0;

  constructor(sink: SampleSink) {
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    if (this.#rest.length > 0) {
      const end = chunk.indexOf(NEWLINE);
      const head = end < 0 ? chunk : chunk.subarray(0, end + 1);
      if (this.#rest.length + head.length > LONGEST_LINE) throw new SampleFault(this.#line, 'is too long');
      const joined = new Uint8Array(this.#rest.length + head.length);
      joined.set(this.#rest);
      joined.set(head, this.#rest.length);
      if (end < 0) {
        this.#rest = joined;
        return;
      }
      this.#rest = new Uint8Array(0);
      this.#take(joined, 0, joined.length - 1);
      from = end + 1;
    }
    for (;;) {
      const end = chunk.indexOf(NEWLINE, from);
      if (end < 0) break;
      this.#take(chunk, from, end);
      from = end + 1;
    }
    if (chunk.length - from > LONGEST_LINE) throw new SampleFault(this.#line, 'is too long');
    this.#rest = chunk.slice(from);
  }

  end(): void {
    if (this.#rest.length > 0) this.#take(this.#rest, 0, this.#rest.length);
    this.#rest = new Uint8Array(0);
    if (this.#line === 1) throw new SampleFault(1, `is missing: it is ${SAMPLE_HEADER}`);
  }

  /** One line, without its end. */
  #take(bytes: Uint8Array, from: number, to: number): void {
    const end = to > from && bytes[to - 1] === RETURN ? to - 1 : to;
    const line = this.#line++;
    if (line === 1) {
      if (!spells(bytes, from, end, SAMPLE_HEADER)) throw new SampleFault(1, `is not ${SAMPLE_HEADER}`);
      return;
    }
    if (end === from) return;
    const first = bytes.indexOf(COMMA, from);
    const second = first < 0 ? -1 : bytes.indexOf(COMMA, first + 1);
    const third = second < 0 ? -1 : bytes.indexOf(COMMA, second + 1);
    if (third < 0 || third >= end) throw new SampleFault(line, 'does not have four fields');
    const t = numberIn(bytes, from, first);
    const x = numberIn(bytes, first + 1, second);
    const y = numberIn(bytes, second + 1, third);
    if (!(Math.abs(t) <= LATEST)) throw new SampleFault(line, 'has no time in milliseconds');
    if (!(Math.abs(x) <= FURTHEST && Math.abs(y) <= FURTHEST)) {
      throw new SampleFault(line, 'has no place in pixels');
    }
    this.rows++;
    this.#sink.sample(t, x, y, kindIn(bytes, third + 1, end, line));
  }
}

/** A number in plain digits; NaN for anything else, `NaN` and `Infinity` and exponents among it. */
function numberIn(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const negative = bytes[at] === MINUS;
  if (negative) at++;
  let value = 0;
  let digits = 0;
  for (; at < to; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    digits++;
  }
  if (at < to && bytes[at] === POINT) {
    let unit = 0.1;
    for (at++; at < to; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) return Number.NaN;
      value += digit * unit;
      unit /= 10;
      digits++;
    }
  }
  if (at !== to || digits === 0 || to - from > 40) return Number.NaN;
  return negative ? -value : value;
}

function kindIn(bytes: Uint8Array, from: number, to: number, line: number): SampleKind {
  for (let kind = 0; kind < KIND_NAMES.length; kind++) {
    if (spells(bytes, from, to, KIND_NAMES[kind] as string)) return kind as SampleKind;
  }
  throw new SampleFault(line, 'has a kind other than move, down, up and wheel');
}

function spells(bytes: Uint8Array, from: number, to: number, word: string): boolean {
  if (to - from !== word.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[from + i] !== word.charCodeAt(i)) return false;
  return true;
}

const CHUNK = 65_536;

/**
 * Writes rows as `t_ms,x,y,kind`, the header first; gives chunks of some 64 KiB, which it does not touch again. Throws RangeError
 * for a number that has no plain digits (MOV7).
 */
export class SampleWriter implements SampleSink {
  readonly #give: (chunk: Uint8Array) => void;
  #chunk = new Uint8Array(CHUNK);
  #at = 0;
  rows = 0;

  constructor(give: (chunk: Uint8Array) => void) {
    this.#give = give;
    this.#text(SAMPLE_HEADER);
    this.#chunk[this.#at++] = NEWLINE;
  }

  sample(t: number, x: number, y: number, kind: SampleKind): void {
    if (this.#at > CHUNK - 128) this.#pass();
    this.#number(t);
    this.#chunk[this.#at++] = COMMA;
    this.#number(x);
    this.#chunk[this.#at++] = COMMA;
    this.#number(y);
    this.#chunk[this.#at++] = COMMA;
    this.#text(KIND_NAMES[kind]);
    this.#chunk[this.#at++] = NEWLINE;
    this.rows++;
  }

  end(): void {
    this.#pass();
  }

  #pass(): void {
    if (this.#at > 0) this.#give(this.#chunk.subarray(0, this.#at));
    this.#chunk = new Uint8Array(CHUNK);
    this.#at = 0;
  }

  #number(value: number): void {
    const whole = value | 0;
    if (whole !== value) {
      this.#text(plain(value));
      return;
    }
    let rest = whole;
    if (rest < 0) {
      this.#chunk[this.#at++] = MINUS;
      rest = -rest;
    }
    let digits = 1;
    for (let most = 10; rest >= most; most *= 10) digits++;
    for (let i = this.#at + digits - 1; i >= this.#at; i--) {
      const tenth = (rest / 10) | 0;
      this.#chunk[i] = 48 + (rest - tenth * 10);
      rest = tenth;
    }
    this.#at += digits;
  }

  #text(text: string): void {
    for (let i = 0; i < text.length; i++) this.#chunk[this.#at++] = text.charCodeAt(i);
  }
}

/** From here on JavaScript writes exponents. */
const NO_PLAIN_DIGITS = 1e21;

/** To 1/256 px and better, in plain digits. */
function plain(value: number): string {
  if (!(Math.abs(value) < NO_PLAIN_DIGITS)) throw new RangeError('a row has a number without plain digits');
  return Number.isInteger(value) ? value.toFixed(0) : value.toFixed(4).replace(/\.?0+$/, '');
}
