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

/** At most `limit` bytes a string. A string costs at least one byte of length, so the count is bounded. */
export function readStrings(source: ByteReader, limit: number): string[] {
  const count = source.count(source.left, 'REC42', 'strings');
  const lengths: number[] = [];
  for (let i = 0; i < count; i += 1) lengths.push(source.count(limit, 'REC42', 'bytes of a string'));
  return lengths.map((length) => source.text(length));
}
