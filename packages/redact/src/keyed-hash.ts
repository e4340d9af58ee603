/**
 * SipHash-2-4 over the UTF-16 units of a string, keyed with a recording's 16 random bytes. A keyed function
 * and not a plain hash: names and short texts are guessable, so whoever holds a recording but not its salt
 * must not be able to try them (MASK5). The salt is never written.
 */
export type KeyedHash = (domain: string, text: string) => readonly [number, number];

/** Throws RangeError unless `key` is 32 hexadecimal digits. */
export function keyedHash(key: string): KeyedHash {
  const hash = sipHash(key);
  return (domain, text) => hash(`${domain}\u0000${text}`);
}

/** SipHash-2-4 of the units' bytes, the low byte of each first; the halves of the result, low one first. */
export function sipHash(key: string): (input: string) => readonly [number, number] {
  if (!/^[0-9a-f]{32}$/i.test(key)) throw new RangeError('a renaming salt has 32 hexadecimal digits');
  const word = (at: number) => {
    let value = 0;
    for (let i = 3; i >= 0; i--)
      value = (value << 8) | Number.parseInt(key.slice(at + i * 2, at + i * 2 + 2), 16);
    return value;
  };
  const [k0l, k0h, k1l, k1h] = [word(0), word(8), word(16), word(24)];
  return (input) => {
    v[0] = k0l ^ 0x70736575;
    v[1] = k0h ^ 0x736f6d65;
    v[2] = k1l ^ 0x6e646f6d;
    v[3] = k1h ^ 0x646f7261;
    v[4] = k0l ^ 0x6e657261;
    v[5] = k0h ^ 0x6c796765;
    v[6] = k1l ^ 0x79746573;
    v[7] = k1h ^ 0x74656462;
    const unit = (at: number) => (at < input.length ? input.charCodeAt(at) : 0);
    let at = 0;
    for (; at + 4 <= input.length; at += 4) {
      absorb(unit(at) | (unit(at + 1) << 16), unit(at + 2) | (unit(at + 3) << 16));
    }
    absorb(unit(at) | (unit(at + 1) << 16), unit(at + 2) | (((input.length * 2) & 0xff) << 24));
    v[4] = (v[4] as number) ^ 0xff;
    for (let i = 0; i < 4; i++) round();
    const half = (from: number) =>
      ((v[from] ?? 0) ^ (v[from + 2] ?? 0) ^ (v[from + 4] ?? 0) ^ (v[from + 6] ?? 0)) >>> 0;
    return [half(0), half(1)];
  };
}

// v0..v3 as pairs (low, high). One scratch for the module: a hash is computed to the end before the next.
const v = new Int32Array(8);

function absorb(low: number, high: number): void {
  v[6] = (v[6] as number) ^ low;
  v[7] = (v[7] as number) ^ high;
  round();
  round();
  v[0] = (v[0] as number) ^ low;
  v[1] = (v[1] as number) ^ high;
}

function round(): void {
  add(0, 2);
  rotate(2, 13);
  xor(2, 0);
  rotate(0, 32);
  add(4, 6);
  rotate(6, 16);
  xor(6, 4);
  add(0, 6);
  rotate(6, 21);
  xor(6, 0);
  add(4, 2);
  rotate(2, 17);
  xor(2, 4);
  rotate(4, 32);
}

function add(a: number, b: number): void {
  const low = ((v[a] as number) >>> 0) + ((v[b] as number) >>> 0);
  v[a + 1] = (v[a + 1] as number) + (v[b + 1] as number) + (low > 0xffffffff ? 1 : 0);
  v[a] = low;
}

function xor(a: number, b: number): void {
  v[a] = (v[a] as number) ^ (v[b] as number);
  v[a + 1] = (v[a + 1] as number) ^ (v[b + 1] as number);
}

function rotate(a: number, bits: number): void {
  const low = v[a] as number;
  const high = v[a + 1] as number;
  if (bits === 32) {
    v[a] = high;
    v[a + 1] = low;
    return;
  }
  v[a] = (low << bits) | (high >>> (32 - bits));
  v[a + 1] = (high << bits) | (low >>> (32 - bits));
}
