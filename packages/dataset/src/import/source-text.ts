import type { ImportAccount } from './import-account.ts';

/** One line, or one element of an array, of a source file; `text` null: it was refused, with a fault. */
export type SourcePiece = { number: number; text: string | null };

export type TextLimits = {
  /** UTF-8 bytes of one line or element. */
  pieceBytes: number;
  pieces: number;
};
export const TEXT_LIMITS: Readonly<TextLimits> = { pieceBytes: 16 * 1024 * 1024, pieces: 20_000_000 };

/** Of a file that is read whole. */
const MOST_NESTED = 64;

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const COMMA = 0x2c;
const BLANK = new Set([0x20, 0x09, 0x0d, NEWLINE]);

/** Collects the bytes of one piece across chunks, and gives up on it above the limit. */
class Piece {
  #chunks: Uint8Array[] = [];
  #length = 0;
  readonly #limit: number;
  constructor(limit: number) {
    this.#limit = limit;
  }
  get empty(): boolean {
    return this.#length === 0;
  }
  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#length += bytes.length;
    if (this.#length <= this.#limit) this.#chunks.push(bytes.slice());
    else this.#chunks = [];
  }
  /** Null: too long, or not UTF-8. */
  take(at: string, account: ImportAccount): string | null {
    const length = this.#length;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#length = 0;
    if (length > this.#limit) {
      account.fault('IMP5', at, `longer than ${this.#limit} bytes`);
      return null;
    }
    const whole = new Uint8Array(length);
    let offset = 0;
    for (const chunk of chunks) {
      whole.set(chunk, offset);
      offset += chunk.length;
    }
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(whole);
    } catch {
      account.fault('IMP4', at, 'is not UTF-8');
      return null;
    }
  }
}

/** The lines of a file that are not blank, numbered from 1. */
export async function* linesOf(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  account: ImportAccount,
  limits: TextLimits = TEXT_LIMITS,
): AsyncIterable<SourcePiece> {
  const piece = new Piece(limits.pieceBytes);
  let number = 1;
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      piece.add(chunk.subarray(start, end));
      if (!piece.empty) {
        const text = piece.take(`${name} line ${number}`, account);
        if (text === null || text.trim() !== '') yield { number, text };
      }
      start = end + 1;
      if (++number > limits.pieces) {
        account.fault('IMP5', name, `more than ${limits.pieces} lines`);
        return;
      }
    }
    piece.add(chunk.subarray(start));
  }
  if (piece.empty) return;
  const text = piece.take(`${name} line ${number}`, account);
  if (text === null || text.trim() !== '') yield { number, text };
}

/**
 * The elements of a top-level JSON array, or of a row of JSON values, without parsing the whole; numbered
 * from 1. Only brackets and strings are looked at: each element is parsed by its reader.
 */
export async function* elementsOf(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  account: ImportAccount,
  limits: TextLimits = TEXT_LIMITS,
): AsyncIterable<SourcePiece> {
  const piece = new Piece(limits.pieceBytes);
  let number = 0;
  let depth = 0;
  /** 1 inside of the array, 0 for a row of values; unknown before the first byte. */
  let base: 0 | 1 | undefined;
  let closed = false;
  let inString = false;
  let escaped = false;
  for await (const chunk of bytes) {
    let start = depth > (base ?? 0) ? 0 : -1;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (BLANK.has(byte)) continue;
      if (base === undefined) {
        base = byte === 0x5b ? 1 : 0;
        if (base === 1) {
          depth = 1;
          continue;
        }
      }
      if (closed) {
        account.fault('IMP4', name, 'something follows the end of the array');
        return;
      }
      if (byte === QUOTE && depth > base) inString = true;
      else if (OPEN.has(byte)) {
        if (depth === base) start = i;
        depth++;
      } else if (CLOSE.has(byte)) {
        depth--;
        if (depth < base) {
          closed = true;
          if (base === 0) {
            account.fault('IMP4', name, 'brackets do not match');
            return;
          }
        } else if (depth === base) {
          piece.add(chunk.subarray(Math.max(start, 0), i + 1));
          start = -1;
          yield { number: ++number, text: piece.take(`${name} item ${number}`, account) };
          if (number > limits.pieces) {
            account.fault('IMP5', name, `more than ${limits.pieces} items`);
            return;
          }
        }
      } else if (depth === base && !(byte === COMMA && base === 1)) {
        account.fault('IMP4', `${name} item ${number + 1}`, 'is not an object');
        return;
      }
    }
    if (depth > (base ?? 0)) piece.add(chunk.subarray(Math.max(start, 0)));
  }
  if (depth > 0 && !closed) account.fault('IMP4', name, 'ends in the middle');
}

/** The JSON object that a piece holds; null, with a fault, when it holds none. */
export function objectOf(
  piece: SourcePiece,
  at: string,
  account: ImportAccount,
): Record<string, unknown> | null {
  if (piece.text === null) return null;
  try {
    const value: unknown = JSON.parse(piece.text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
    account.fault('IMP4', at, 'is not an object');
  } catch {
    // The parser's message quotes the content, so it is not passed on.
    account.fault('IMP4', at, 'is not JSON');
  }
  return null;
}

/** A whole small file as one object. Null without a fault: there is no such file. */
export async function wholeObject(
  name: string,
  bytes: AsyncIterable<Uint8Array> | null,
  account: ImportAccount,
  limit = 1024 * 1024,
): Promise<Record<string, unknown> | null> {
  if (bytes === null) return null;
  const piece = new Piece(limit);
  for await (const chunk of bytes) piece.add(chunk);
  const text = piece.take(name, account);
  if (text === null) return null;
  if (isNestedDeeper(text, MOST_NESTED)) {
    account.fault('IMP5', name, `is nested more than ${MOST_NESTED} deep`);
    return null;
  }
  return objectOf({ number: 1, text }, name, account);
}

/** Brackets alone would make a thousand times their own size of objects. */
function isNestedDeeper(json: string, most: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const unit = json.charCodeAt(i);
    if (inString) {
      if (unit === BACKSLASH) i++;
      else if (unit === QUOTE) inString = false;
    } else if (unit === QUOTE) inString = true;
    else if (OPEN.has(unit)) {
      if (++depth > most) return true;
    } else if (CLOSE.has(unit)) depth--;
  }
  return false;
}
