import { randomBytes } from 'node:crypto';
import { type BreachNotice, readNotice } from '@aboveboard/protocol/notices';
import { NOTICE_BLOCK_BYTES, sealNotice, sessionHash } from '@aboveboard/vault/notice-block';
import { describe, expect, test } from 'vitest';
import { ownNotice } from '../src/own-data/kept-notices.ts';

const { subtle } = crypto;
const by = { random: (length: number) => new Uint8Array(randomBytes(length)), subtle };
const notice: BreachNotice = {
  notice: 'breach',
  from: '2026-11-01',
  to: '2026-11-02',
  readings: [
    { day: '2026-11-02', by: 'researcher', kind: 'dataset', grant: null, recordings: ['A'], entry: 4 },
  ],
  more: 0,
};
const board = async (said: [token: string, text: string][]): Promise<Uint8Array> => {
  const blocks = [by.random(NOTICE_BLOCK_BYTES)];
  for (const [token, text] of said) blocks.push(await sealNotice(await sessionHash(token, subtle), text, by));
  blocks.push(by.random(NOTICE_BLOCK_BYTES));
  return Buffer.concat(blocks);
};

describe('a board of notices', () => {
  test('[BRE13] of its blocks a device finds its own, and of others’ nothing', async () => {
    const bytes = await board([
      ['another', JSON.stringify({ ...notice, from: '2020-01-01' })],
      ['hers', JSON.stringify(notice)],
    ]);
    expect(await ownNotice(new Uint8Array(bytes), 'hers', subtle)).toEqual(notice);
    expect(await ownNotice(new Uint8Array(bytes), 'nobody', subtle)).toBe(null);
    expect(await ownNotice(new Uint8Array(bytes.subarray(1)), 'hers', subtle)).toBe(null);
  });

  test.each([
    'null',
    'x',
    '{}',
    JSON.stringify({ ...notice, notice: 'other' }),
    JSON.stringify({ ...notice, from: 'yesterday' }),
    JSON.stringify({ ...notice, readings: [{}] }),
    JSON.stringify({ ...notice, readings: [{ ...notice.readings[0], recordings: [1] }] }),
    JSON.stringify({ ...notice, more: 'many' }),
  ])('[BRE15] what opens and is no notice is none: %s', async (text) => {
    expect(readNotice(text)).toBe(null);
    expect(await ownNotice(new Uint8Array(await board([['hers', text]])), 'hers', subtle)).toBe(null);
  });
});
