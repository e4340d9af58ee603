import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { webDeflate } from '../src/web-deflate.ts';
import { ruleOf } from './rule-of.ts';

describe('deflate', () => {
  test('[REC70] it is raw DEFLATE in both directions', async () => {
    const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) % 251);
    expect(new Uint8Array(inflateRawSync(await webDeflate.deflate(bytes)))).toEqual(bytes);
    expect(await webDeflate.inflate(deflateRawSync(bytes), bytes.length)).toEqual(bytes);
    expect(await webDeflate.inflate(await webDeflate.deflate(new Uint8Array()), 0)).toHaveLength(0);
  });

  test('[REC72] a bomb stops at the limit', async () => {
    const bomb = deflateRawSync(new Uint8Array(128 * 1024 * 1024));
    const before = process.memoryUsage().rss;
    expect(await ruleOf(() => webDeflate.inflate(bomb, 1_000_000))).toBe('REC72');
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  test('[REC72] the limit itself is allowed, a byte more is not', async () => {
    const packed = deflateRawSync(new Uint8Array(1000));
    expect(await webDeflate.inflate(packed, 1000)).toHaveLength(1000);
    expect(await ruleOf(() => webDeflate.inflate(packed, 999))).toBe('REC72');
  });

  test('[REC72] a stream that ends early, goes on, or is none at all is refused', async () => {
    const packed = deflateRawSync(Uint8Array.from({ length: 1000 }, (_, i) => (i * 7919) % 256));
    expect(await ruleOf(() => webDeflate.inflate(packed.subarray(0, -1), 2000))).toBe('REC72');
    expect(await ruleOf(() => webDeflate.inflate(Buffer.concat([packed, new Uint8Array(3)]), 2000))).toBe(
      'REC72',
    );
    expect(await ruleOf(() => webDeflate.inflate(new Uint8Array([0xff, 0xff]), 2000))).toBe('REC72');
    expect(await ruleOf(() => webDeflate.inflate(new Uint8Array(), 2000))).toBe('REC72');
  });
});
