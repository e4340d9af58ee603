import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NOTICE_BLOCK_BYTES, openNotice, sealNotice, sessionHash } from '../src/notice-block.ts';

const { subtle } = crypto;
const by = { random: (length: number) => new Uint8Array(randomBytes(length)), subtle };
const token = randomBytes(32).toString('base64url');
const hash = await sessionHash(token, subtle);

describe('a notice', () => {
  it('[BRE11] opens under the hash of her session alone, and is of one size whatever it says', async () => {
    expect(Buffer.from(hash)).toEqual(createHash('sha256').update(`aboveboard session\0${token}`).digest());
    for (const text of ['', 'short', 'ä'.repeat(900)]) {
      const block = await sealNotice(hash, text, by);
      expect(block).toHaveLength(NOTICE_BLOCK_BYTES);
      expect(await openNotice(hash, block, subtle)).toBe(text);
      expect(await openNotice(await sessionHash('another', subtle), block, subtle)).toBe(null);
    }
    await expect(sealNotice(hash, 'x'.repeat(NOTICE_BLOCK_BYTES), by)).rejects.toThrow(RangeError);
  });

  it('[BRE11] seeded hole: one that was changed anywhere, cut, or is a dummy, is none', async () => {
    const block = await sealNotice(hash, 'a notice', by);
    for (const at of [0, 11, 12, 500, NOTICE_BLOCK_BYTES - 1]) {
      const changed = block.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(await openNotice(hash, changed, subtle)).toBe(null);
    }
    expect(await openNotice(hash, block.slice(1), subtle)).toBe(null);
    expect(await openNotice(hash, by.random(NOTICE_BLOCK_BYTES), subtle)).toBe(null);
  });
});
