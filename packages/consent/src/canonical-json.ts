import type { Fault } from '@aboveboard/protocol/fault';
import canonicalize from 'canonicalize';

/**
 * JSON that has one meaning and one spelling: I-JSON (RFC 7493) read strictly, canonical form (RFC 8785)
 * written. `JSON.parse` takes the last of two equal keys and rounds what it can't hold; two readers of one
 * signed document would then have signed two (spec/agreement.md, AGR1-AGR2).
 */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export const JSON_BYTES_LIMIT = 1024 * 1024;
export const JSON_DEPTH_LIMIT = 32;
/** Reading goes on after a fault that leaves the text readable, but not for ever. */
const FAULT_LIMIT = 64;

export type ReadJson = { ok: true; value: JsonValue } | { ok: false; faults: Fault[] };

/** All the faults that were met; after one of syntax nothing can be said about the rest. */
export function readStrictJson(bytes: Uint8Array, rule: string): ReadJson {
  if (bytes.length > JSON_BYTES_LIMIT) {
    return refused(rule, 'document', `longer than ${JSON_BYTES_LIMIT} bytes`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refused(rule, 'document', 'not UTF-8');
  }
  const reader = new StrictReader(text, rule);
  try {
    const value = reader.document();
    return reader.faults.length === 0 ? { ok: true, value } : { ok: false, faults: reader.faults };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {
      ok: false,
      faults: [...reader.faults, { rule, at: `character ${reader.at}`, message: error.message }],
    };
  }
}

/** The canonical form as bytes. Throws TypeError for what JSON can't say exactly. */
export function canonicalBytes(value: unknown): Uint8Array<ArrayBuffer> {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw new TypeError('there is no canonical form of this', { cause });
  }
  if (text === undefined) throw new TypeError('there is no canonical form of this');
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}

/** SHA-256 of the canonical form, hex. */
export async function canonicalDigest(value: unknown, subtle: SubtleCrypto): Promise<string> {
  return hex(new Uint8Array(await subtle.digest('SHA-256', canonicalBytes(value))));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function refused(rule: string, at: string, message: string): ReadJson {
  return { ok: false, faults: [{ rule, at, message }] };
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN = /[ !#-[\]-\uffff]*/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Recursive descent; the depth limit bounds the stack. */
class StrictReader {
  readonly faults: Fault[] = [];
  readonly #text: string;
  readonly #rule: string;
  at = 0;

  constructor(text: string, rule: string) {
    this.#text = text;
    this.#rule = rule;
  }

  document(): JsonValue {
    const value = this.#value(0);
    this.#space();
    if (this.at !== this.#text.length) throw new SyntaxError('something follows the document');
    return value;
  }

  #value(depth: number): JsonValue {
    if (depth > JSON_DEPTH_LIMIT) throw new SyntaxError(`nested deeper than ${JSON_DEPTH_LIMIT}`);
    this.#space();
    switch (this.#text[this.at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): JsonValue {
    const entries: [string, JsonValue][] = [];
    const seen = new Set<string>();
    this.at++;
    this.#space();
    if (this.#text[this.at] === '}') {
      this.at++;
      return {};
    }
    for (;;) {
      this.#space();
      const start = this.at;
      if (this.#text[this.at] !== '"') throw new SyntaxError('a key was expected');
      const key = this.#string();
      if (seen.has(key)) this.#fault(start, 'a key occurs twice');
      // Not a key that any document of ours has, and one that some readers obey.
      if (key === '__proto__') this.#fault(start, 'a key that is refused');
      seen.add(key);
      this.#space();
      this.#expect(':');
      const value = this.#value(depth + 1);
      if (key !== '__proto__') entries.push([key, value]);
      this.#space();
      if (this.#text[this.at] === '}') break;
      this.#expect(',');
    }
    this.at++;
    return Object.fromEntries(entries);
  }

  #array(depth: number): JsonValue {
    const items: JsonValue[] = [];
    this.at++;
    this.#space();
    if (this.#text[this.at] === ']') {
      this.at++;
      return items;
    }
    for (;;) {
      items.push(this.#value(depth + 1));
      this.#space();
      if (this.#text[this.at] === ']') break;
      this.#expect(',');
    }
    this.at++;
    return items;
  }

  #string(): string {
    const start = this.at;
    this.at++;
    let value = '';
    for (;;) {
      value += this.#match(PLAIN);
      const next = this.#text[this.at];
      if (next === '"') break;
      if (next !== '\\') throw new SyntaxError('a string does not end, or holds a control character');
      value += this.#escape();
    }
    this.at++;
    if (!value.isWellFormed()) this.#fault(start, 'a lone surrogate');
    return value;
  }

  #escape(): string {
    const letter = this.#text[this.at + 1] ?? '';
    if (letter === 'u') {
      const digits = this.#text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new SyntaxError('an escape is malformed');
      this.at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const meant = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (meant === undefined) throw new SyntaxError('an escape is malformed');
    this.at += 2;
    return meant;
  }

  #number(): number {
    const start = this.at;
    const digits = this.#match(NUMBER);
    if (digits === '') throw new SyntaxError('a value was expected');
    const value = Number(digits);
    if (!Number.isSafeInteger(value)) this.#fault(start, 'not a whole number between -2^53 and 2^53');
    return value;
  }

  #word<T extends JsonValue>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.at)) throw new SyntaxError('a value was expected');
    this.at += word.length;
    return value;
  }

  #space(): void {
    this.#match(SPACE);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  #expect(character: string): void {
    if (this.#text[this.at] !== character) throw new SyntaxError(`'${character}' was expected`);
    this.at++;
  }

  #fault(at: number, message: string): void {
    this.faults.push({ rule: this.#rule, at: `character ${at}`, message });
    if (this.faults.length >= FAULT_LIMIT) throw new SyntaxError('too many faults to go on');
  }
}
