/**
 * Values in D-Bus' wire format, little-endian (D-Bus specification, "Marshaling"). A struct and an array are arrays, an
 * entry of a dictionary is a pair, a variant says its own signature. No descriptors.
 */
export type DBusValue = number | bigint | boolean | string | DBusValue[] | DBusVariant;
export type DBusVariant = { signature: string; value: DBusValue };

export class DBusFault extends Error {
  override readonly name = 'DBusFault';
}

/** Nobody answered in time, or the bus is gone: what was asked may be anything. */
export class DBusSilence extends DBusFault {}

/** The specification's own limits; what is beyond is refused before anything is allocated. */
const ARRAY_LIMIT = 67_108_864;
const DEPTH_LIMIT = 32;

const ALIGNMENT: Readonly<Record<string, number>> = {
  y: 1,
  g: 1,
  v: 1,
  n: 2,
  q: 2,
  b: 4,
  i: 4,
  u: 4,
  s: 4,
  o: 4,
  a: 4,
  x: 8,
  t: 8,
  d: 8,
  '(': 8,
  '{': 8,
};

/** The complete types that stand one after the other in a signature. */
export function typesIn(signature: string): string[] {
  const out: string[] = [];
  let at = 0;
  while (at < signature.length) {
    const end = endOfType(signature, at, 0);
    out.push(signature.slice(at, end));
    at = end;
  }
  return out;
}

function endOfType(signature: string, at: number, depth: number): number {
  const code = signature[at];
  if (depth > DEPTH_LIMIT || code === undefined || !(code in ALIGNMENT)) throw new DBusFault('no such type');
  if (code === 'a') return endOfType(signature, at + 1, depth + 1);
  if (code !== '(' && code !== '{') return at + 1;
  const close = code === '(' ? ')' : '}';
  let next = at + 1;
  while (signature[next] !== close) next = endOfType(signature, next, depth + 1);
  return next + 1;
}

export class ValueWriter {
  #bytes = Buffer.alloc(256);
  #length = 0;

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  align(to: number): void {
    const padding = (to - (this.#length % to)) % to;
    this.#room(padding).fill(0);
  }

  write(type: string, value: DBusValue): void {
    const code = type[0] as string;
    this.align(ALIGNMENT[code] ?? 1);
    switch (code) {
      case 'y':
        this.#room(1).writeUInt8(value as number);
        break;
      case 'n':
        this.#room(2).writeInt16LE(value as number);
        break;
      case 'q':
        this.#room(2).writeUInt16LE(value as number);
        break;
      case 'b':
        this.#room(4).writeUInt32LE(value ? 1 : 0);
        break;
      case 'i':
        this.#room(4).writeInt32LE(value as number);
        break;
      case 'u':
        this.#room(4).writeUInt32LE(value as number);
        break;
      case 'x':
        this.#room(8).writeBigInt64LE(BigInt(value as number));
        break;
      case 't':
        this.#room(8).writeBigUInt64LE(BigInt(value as number));
        break;
      case 'd':
        this.#room(8).writeDoubleLE(value as number);
        break;
      case 's':
      case 'o':
        this.#text(value as string, 4);
        break;
      case 'g':
        this.#text(value as string, 1);
        break;
      case 'v': {
        const { signature, value: inner } = value as DBusVariant;
        this.write('g', signature);
        this.write(signature, inner);
        break;
      }
      case 'a':
        this.#array(type.slice(1), value as DBusValue[]);
        break;
      default:
        for (const [index, inner] of typesIn(type.slice(1, -1)).entries()) {
          this.write(inner, (value as DBusValue[])[index] as DBusValue);
        }
    }
  }

  #array(type: string, values: readonly DBusValue[]): void {
    const lengthAt = this.#length;
    this.#room(4);
    this.align(ALIGNMENT[type[0] as string] ?? 1);
    const from = this.#length;
    for (const value of values) this.write(type, value);
    this.#bytes.writeUInt32LE(this.#length - from, lengthAt);
  }

  #text(text: string, lengthBytes: 1 | 4): void {
    const bytes = Buffer.from(text);
    this.#room(lengthBytes).writeUIntLE(bytes.length, 0, lengthBytes);
    bytes.copy(this.#room(bytes.length + 1));
  }

  #room(bytes: number): Buffer {
    while (this.#length + bytes > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    }
    this.#length += bytes;
    return this.#bytes.subarray(this.#length - bytes, this.#length);
  }
}

/** Throws DBusFault, or RangeError of the buffer, for what is not such a value. */
export class ValueReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  align(to: number): void {
    this.#at += (to - (this.#at % to)) % to;
  }

  read(type: string, depth = 0): DBusValue {
    if (depth > DEPTH_LIMIT) throw new DBusFault('too deep');
    const code = type[0] as string;
    this.align(ALIGNMENT[code] ?? 1);
    switch (code) {
      case 'y':
        return this.#bytes.readUInt8(this.#pass(1));
      case 'n':
        return this.#bytes.readInt16LE(this.#pass(2));
      case 'q':
        return this.#bytes.readUInt16LE(this.#pass(2));
      case 'b':
        return this.#bytes.readUInt32LE(this.#pass(4)) === 1;
      case 'i':
        return this.#bytes.readInt32LE(this.#pass(4));
      case 'u':
        return this.#bytes.readUInt32LE(this.#pass(4));
      case 'x':
        return this.#bytes.readBigInt64LE(this.#pass(8));
      case 't':
        return this.#bytes.readBigUInt64LE(this.#pass(8));
      case 'd':
        return this.#bytes.readDoubleLE(this.#pass(8));
      case 's':
      case 'o':
        return this.#text(this.#bytes.readUInt32LE(this.#pass(4)));
      case 'g':
        return this.#text(this.#bytes.readUInt8(this.#pass(1)));
      case 'v': {
        const signature = this.read('g') as string;
        if (endOfType(signature, 0, 0) !== signature.length) throw new DBusFault('a variant is one value');
        return { signature, value: this.read(signature, depth + 1) };
      }
      case 'a':
        return this.#array(type.slice(1), depth);
      default:
        return typesIn(type.slice(1, -1)).map((inner) => this.read(inner, depth + 1));
    }
  }

  #array(type: string, depth: number): DBusValue[] {
    const length = this.#bytes.readUInt32LE(this.#pass(4));
    if (length > ARRAY_LIMIT) throw new DBusFault('an array is too long');
    this.align(ALIGNMENT[type[0] as string] ?? 1);
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new DBusFault('an array ends behind its message');
    const out: DBusValue[] = [];
    while (this.#at < end) out.push(this.read(type, depth + 1));
    return out;
  }

  #text(length: number): string {
    const from = this.#pass(length + 1);
    if (from + length >= this.#bytes.length) throw new DBusFault('a text ends behind its message');
    return this.#bytes.toString('utf8', from, from + length);
  }

  #pass(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    return at;
  }
}
