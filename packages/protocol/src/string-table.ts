import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/**
 * The strings of a segment, each once, in the order of first use (REC42). Lengths come first and the bytes
 * together after them, which deflates better than pairs.
 */
export class StringTable {
  readonly #indexes = new Map<string, number>();

  index(text: string): number {
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    this.#indexes.set(text, this.#indexes.size);
    return this.#indexes.size - 1;
  }

  write(out: ByteWriter): void {
    const encoder = new TextEncoder();
    const encoded = [...this.#indexes.keys()].map((text) => encoder.encode(text));
    out.varint(encoded.length);
    for (const bytes of encoded) out.varint(bytes.length);
    for (const bytes of encoded) out.bytes(bytes);
  }
}

/** The strings of a segment as they are read: each distinct, first used in its order, and used (REC42). */
export class StringList {
  readonly #source: ByteReader;
  readonly #strings: string[];
  #used = 0;

  /** At most `limit` bytes a string. A string costs at least one byte of length, so the count is bounded. */
  constructor(source: ByteReader, limit: number) {
    const count = source.count(source.left, 'REC42', 'strings');
    const lengths: number[] = [];
    for (let i = 0; i < count; i += 1) lengths.push(source.count(limit, 'REC42', 'bytes of a string'));
    this.#source = source;
    this.#strings = lengths.map((length) => source.text(length));
    if (new Set(this.#strings).size !== count) source.fail('REC42', 'a string is there twice');
  }

  at(index: number): string {
    const text = this.#strings[index];
    if (text === undefined) return this.#source.fail('REC42', 'no string has this number');
    if (index > this.#used) this.#source.fail('REC42', 'strings are not in the order of first use');
    if (index === this.#used) this.#used += 1;
    return text;
  }

  /** What nobody uses could hold anything. */
  end(): void {
    if (this.#used < this.#strings.length) this.#source.fail('REC42', 'a string is not used');
  }
}
