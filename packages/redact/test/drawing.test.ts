import { describe, expect, test } from 'vitest';
import { Drawing } from '../src/movement/drawing.ts';

describe('draws of movement', () => {
  test('[MOV6] the key stream is that of ChaCha with 12 rounds, key and counter at zero', () => {
    // The first words of the published ChaCha12 test vector (256-bit key of zeros, nonce of zeros).
    const draws = new Drawing(new Uint8Array(32));
    const bytes = new Uint8Array(Uint32Array.from({ length: 4 }, () => draws.bits()).buffer);
    expect(Buffer.from(bytes).toString('hex')).toBe('9bf49a6a0755f953811fce125f2683d5');
  });

  test('[MOV6] another key draws otherwise, the same key the same', () => {
    const of = (first: number) => {
      const draws = new Drawing(Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? first : i)));
      return Array.from({ length: 100 }, () => draws.bits());
    };
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  test('[MOV6] a key of another length is refused', () => {
    expect(() => new Drawing(new Uint8Array(31))).toThrow(RangeError);
  });

  test('normal draws have mean 0 and spread 1, whole ones are even', () => {
    const draws = new Drawing(new Uint8Array(32).fill(7));
    const normals = Array.from({ length: 20_000 }, () => draws.normal());
    const mean = normals.reduce((a, b) => a + b, 0) / normals.length;
    const spread = Math.sqrt(normals.reduce((a, b) => a + (b - mean) ** 2, 0) / normals.length);
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(spread - 1)).toBeLessThan(0.03);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) {
      const at = draws.below(5);
      counts[at] = (counts[at] as number) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 4000)).toBeLessThan(250);
  });
});
