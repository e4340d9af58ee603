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
    // Each word as two halves in variables of its own: in an array, or by calls, it takes several times as long.
    let v0l = k0l ^ 0x70736575;
    let v0h = k0h ^ 0x736f6d65;
    let v1l = k1l ^ 0x6e646f6d;
    let v1h = k1h ^ 0x646f7261;
    let v2l = k0l ^ 0x6e657261;
    let v2h = k0h ^ 0x6c796765;
    let v3l = k1l ^ 0x79746573;
    let v3h = k1h ^ 0x74656462;
    const { length } = input;
    const blocks = (length >> 2) + 1;
    for (let block = 0; block <= blocks; block++) {
      const isLast = block === blocks - 1;
      const isEnd = block === blocks;
      let low = 0;
      let high = 0;
      if (isEnd) v2l ^= 0xff;
      else {
        const at = block * 4;
        low = unit(input, at) | (unit(input, at + 1) << 16);
        high =
          unit(input, at + 2) |
          ((isLast ? (length * 2) & 0xff : 0) << 24) |
          (isLast ? 0 : unit(input, at + 3) << 16);
        v3l ^= low;
        v3h ^= high;
      }
      for (let i = isEnd ? 4 : 2; i > 0; i--) {
        let sum = (v0l >>> 0) + (v1l >>> 0);
        v0h = (v0h + v1h + (sum > 0xffffffff ? 1 : 0)) | 0;
        v0l = sum | 0;
        let turned = (v1l << 13) | (v1h >>> 19);
        v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
        v1l = turned ^ v0l;
        turned = v0l;
        v0l = v0h;
        v0h = turned;
        sum = (v2l >>> 0) + (v3l >>> 0);
        v2h = (v2h + v3h + (sum > 0xffffffff ? 1 : 0)) | 0;
        v2l = sum | 0;
        turned = (v3l << 16) | (v3h >>> 16);
        v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
        v3l = turned ^ v2l;
        sum = (v0l >>> 0) + (v3l >>> 0);
        v0h = (v0h + v3h + (sum > 0xffffffff ? 1 : 0)) | 0;
        v0l = sum | 0;
        turned = (v3l << 21) | (v3h >>> 11);
        v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
        v3l = turned ^ v0l;
        sum = (v2l >>> 0) + (v1l >>> 0);
        v2h = (v2h + v1h + (sum > 0xffffffff ? 1 : 0)) | 0;
        v2l = sum | 0;
        turned = (v1l << 17) | (v1h >>> 15);
        v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
        v1l = turned ^ v2l;
        turned = v2l;
        v2l = v2h;
        v2h = turned;
      }
      v0l ^= low;
      v0h ^= high;
    }
    return [(v0l ^ v1l ^ v2l ^ v3l) >>> 0, (v0h ^ v1h ^ v2h ^ v3h) >>> 0];
  };
}

function unit(input: string, at: number): number {
  return at < input.length ? input.charCodeAt(at) : 0;
}
