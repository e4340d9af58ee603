/**
 * A ZIP archive (APPNOTE 6.3, deflate or stored, no encryption) as parts of a Blob, so that the browser may keep them on disk
 * and not in memory. Every file has the same time of 1980: when she made the copy is hers to say.
 */
export class ZipArchive {
  readonly #pieces: BlobPart[] = [];
  readonly #directory: Uint8Array<ArrayBuffer>[] = [];
  #offset = 0;

  /** `name` with forward slashes. Sealed bytes do not get smaller, so they are `stored`. */
  async add(
    name: string,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    how: 'deflated' | 'stored' = 'deflated',
  ): Promise<void> {
    let crc = 0;
    let plainBytes = 0;
    const pieces: Blob[] = [];
    for await (const piece of content) {
      crc = crc32(piece, crc);
      plainBytes += piece.length;
      pieces.push(new Blob([piece as Uint8Array<ArrayBuffer>]));
    }
    const plain = new Blob(pieces);
    const kept =
      how === 'stored'
        ? plain
        : await new Response(plain.stream().pipeThrough(new CompressionStream('deflate-raw'))).blob();
    const path = new TextEncoder().encode(name);
    const fields = entryFields({
      method: how === 'stored' ? 0 : 8,
      crc,
      packed: kept.size,
      plainBytes,
      path,
    });
    const local = joined(numbers([LOCAL, 4], [VERSION, 2]), fields, path);
    const central = joined(
      numbers([CENTRAL, 4], [VERSION, 2], [VERSION, 2]),
      fields,
      // Comment, disk, attributes inside and outside, where its local head is.
      numbers([0, 2], [0, 2], [0, 2], [0, 4], [this.#offset, 4]),
      path,
    );
    this.#offset += local.length + kept.size;
    if (this.#offset > MOST_BYTES) throw new RangeError('more than a ZIP file of this kind can hold');
    this.#pieces.push(local, kept);
    this.#directory.push(central);
  }

  finish(): Blob {
    const directory = joined(...this.#directory);
    const count = this.#directory.length;
    if (count > 0xffff || this.#offset + directory.length > MOST_BYTES)
      throw new RangeError('more than a ZIP file of this kind can hold');
    const end = numbers(
      [END, 4],
      [0, 2],
      [0, 2],
      [count, 2],
      [count, 2],
      [directory.length, 4],
      [this.#offset, 4],
      [0, 2],
    );
    return new Blob([...this.#pieces, directory, end], { type: 'application/zip' });
  }
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
/** Bit 11: names are UTF-8. */
const FLAGS = 0x0800;
/** 1 January 1980, the first day that the format knows. */
const DATE = 0x0021;
/** Without the 64-bit extension, which not every program reads. */
const MOST_BYTES = 0xffff_ffff;

type Entry = { method: 0 | 8; crc: number; packed: number; plainBytes: number; path: Uint8Array };

function entryFields({ method, crc, packed, plainBytes, path }: Entry): Uint8Array<ArrayBuffer> {
  if (plainBytes > MOST_BYTES) throw new RangeError('more than a ZIP file of this kind can hold');
  return numbers(
    [FLAGS, 2],
    [method, 2],
    [0, 2],
    [DATE, 2],
    [crc, 4],
    [packed, 4],
    [plainBytes, 4],
    [path.length, 2],
    [0, 2],
  );
}

function numbers(...fields: readonly (readonly [value: number, bytes: 2 | 4])[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(fields.reduce((sum, [, width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, width] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array, before: number): number {
  let crc = ~before >>> 0;
  for (const byte of bytes) crc = ((crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] as number)) >>> 0;
  return ~crc >>> 0;
}
