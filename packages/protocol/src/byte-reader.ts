import { RecordingError } from './fault.ts';

/**
 * Reads untrusted bytes (REC41). Every method either gives a value that lies within the bytes or throws a
 * RecordingError; nothing is allocated for a length before that many bytes are known to be there.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #rule: string;
  #at = 0;

  /** `rule` is named when the bytes end early. */
  constructor(bytes: Uint8Array, rule: string) {
    this.#bytes = bytes;
    this.#rule = rule;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  fail(rule: string, message: string): never {
    throw new RecordingError([{ rule, at: `byte ${this.#at}`, message }]);
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) this.fail(this.#rule, 'the bytes end early');
    this.#at += 1;
    return value;
  }

  /** Unsigned LEB128 in as few bytes as it takes, up to 2^53 - 1. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let length = 1; ; length += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (byte === 0 && length > 1) this.fail('REC41', 'a number is longer than it need be');
        if (value > Number.MAX_SAFE_INTEGER) this.fail('REC41', 'a number is too large');
        return value;
      }
      if (length === 8) this.fail('REC41', 'a number is too long');
      scale *= 0x80;
    }
  }

  /** A varint of at most `limit`. */
  count(limit: number, rule: string, what: string): number {
    const value = this.varint();
    if (value > limit) this.fail(rule, `${what}: ${value} is more than ${limit}`);
    return value;
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    if (this.left < 8) this.fail(this.#rule, 'the bytes end early');
    const value = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, 8).getFloat64(0, true);
    this.#at += 8;
    return value;
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    if (length > this.left) this.fail(this.#rule, 'the bytes end early');
    const view = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return view;
  }

  text(length: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes(length));
    } catch (error) {
      if (error instanceof RecordingError) throw error;
      return this.fail('REC42', 'a string is not UTF-8');
    }
  }

  end(rule: string): void {
    if (this.left > 0) this.fail(rule, `${this.left} bytes too many`);
  }

  /** For loops that read many numbers at once; `moved` says where they stopped. */
  raw(): { bytes: Uint8Array; at: number } {
    return { bytes: this.#bytes, at: this.#at };
  }

  moved(at: number): void {
    this.#at = at;
  }
}
