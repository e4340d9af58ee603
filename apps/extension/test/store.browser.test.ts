import type { Fault } from '@aboveboard/protocol/fault';
import { RecordingError } from '@aboveboard/protocol/fault';
import type { RegroupingStore } from '@aboveboard/protocol/part';
import { makeStoredKeyRing } from '@aboveboard/vault/stored-keyring';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  partStoreContract,
  regroupingContract,
} from '../../../packages/protocol/test/part-store-contract.ts';
import { keyRingContract } from '../../../packages/vault/test/keyring-contract.ts';
import { loadStore } from './store-page.ts';
import { startTestSite, type TestSite } from './test-site.ts';

let site: TestSite;
let browser: Browser;
let page: Page;

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

beforeAll(async () => {
  site = await startTestSite();
  const args = ['--headless=new', '--no-sandbox', '--disable-gpu'];
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: false, args });
  page = await browser.newPage();
  await page.goto(`${site.origin}/two`);
  await loadStore(page);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** The spool in the browser, spoken to from here. */
function spoolOf(recording: string): RegroupingStore {
  return {
    async put(label, sealed) {
      const faults = await page.evaluate(([one, part]) => globalThis.spool.put(one, part), [
        label,
        base64(sealed),
      ] as const);
      if (typeof faults === 'string') throw new Error(faults);
      if (faults) throw new RecordingError(faults as Fault[]);
    },
    async get(index) {
      const part = await page.evaluate(([id, at]) => globalThis.spool.get(id, at), [
        recording,
        index,
      ] as const);
      return part && { kind: part.kind, sealed: bytes(part.sealed) };
    },
    list: () => page.evaluate((id) => globalThis.spool.list(id), recording),
    async replaceFrom(from, parts) {
      const texts = parts.map(({ label, sealed }) => ({ label, sealed: base64(sealed) }));
      const { replaced } = await page.evaluate(([id, at, all]) => globalThis.spool.replaceFrom(id, at, all), [
        recording,
        from,
        texts,
      ] as const);
      return replaced;
    },
  };
}

partStoreContract('IndexedDB in Chromium', {
  open: async (recording) => spoolOf(recording),
  reopen: async (recording) => {
    await page.evaluate(() => globalThis.spool.reopen());
    return spoolOf(recording);
  },
});

regroupingContract('IndexedDB in Chromium', { open: async (recording) => spoolOf(recording) });

let places = 0;
keyRingContract('IndexedDB in Chromium', async () => {
  const place = `p${places++}-`;
  return {
    open: async (identities) => {
      await page.evaluate(() => globalThis.spool.reopen());
      return makeStoredKeyRing({
        store: {
          get: async (id) => {
            const value = await page.evaluate((key) => globalThis.spool.getKey(key), place + id);
            return value === null ? null : bytes(value);
          },
          put: (id, value) =>
            page.evaluate(([key, text]) => globalThis.spool.putKey(key, text), [
              place + id,
              base64(value),
            ] as const),
          delete: (id) => page.evaluate((key) => globalThis.spool.deleteKey(key), place + id),
        },
        wrapper: {
          wrap: async (id, key) =>
            bytes(
              await page.evaluate(([one, text]) => globalThis.spool.wrap(one, text), [
                id,
                base64(key),
              ] as const),
            ),
          unwrap: async (id, key) =>
            bytes(
              await page.evaluate(([one, text]) => globalThis.spool.unwrap(one, text), [
                id,
                base64(key),
              ] as const),
            ),
        },
        random: (length) => crypto.getRandomValues(new Uint8Array(length)),
        identities,
      });
    },
  };
});

describe('the spool', () => {
  test('[SPO3] the key of the device is not to be read out, and no key lies in the store as it is', async () => {
    const found = await page.evaluate(() => globalThis.spool.lookAtKeys('AAAAAAAAAAAAAAAAAAAAAA'));
    expect(found).toMatchObject({ extractable: false, exported: false, again: found.key });
    expect(Buffer.from(found.stored, 'base64').includes(Buffer.from(found.key, 'base64'))).toBe(false);
  });

  test('[SPO11] parts beyond a checkpoint are cut off, and the index can be written again', async () => {
    const recording = 'BBBBBBBBBBBBBBBBBBBBBA';
    const spool = spoolOf(recording);
    for (const index of [0, 1, 2, 3]) {
      await spool.put({ recording, index, kind: 'events' }, Uint8Array.of(index));
    }
    await page.evaluate((id) => globalThis.spool.cutFrom(id, 2), recording);
    expect((await spool.list()).map(({ index }) => index)).toEqual([0, 1]);
    await spool.put({ recording, index: 2, kind: 'states' }, Uint8Array.of(9));
    expect(await spool.get(2)).toEqual({ kind: 'states', sealed: Uint8Array.of(9) });
  });

  test('[SPO13] the number of parts that the checkpoint speaks of changes with the parts', async () => {
    const recording = 'CCCCCCCCCCCCCCCCCCCCCA';
    const spool = spoolOf(recording);
    for (const index of [0, 1, 2, 3]) {
      await spool.put({ recording, index, kind: 'events' }, Uint8Array.of(index));
    }
    const part = {
      label: { recording, index: 1, kind: 'events' as const },
      sealed: base64(Uint8Array.of(9)),
    };
    const replace = (live: number | null) =>
      page.evaluate(([id, one, parts]) => globalThis.spool.replaceFrom(id, 1, [one], parts), [
        recording,
        part,
        live,
      ] as const);
    // One part is younger than the checkpoint: a worker that takes over has to find it where it is.
    expect(await replace(3)).toEqual({ replaced: false, live: 3 });
    expect((await spool.list()).map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(await replace(4)).toEqual({ replaced: true, live: 2 });
    expect((await spool.list()).map(({ index }) => index)).toEqual([0, 1]);
    expect(await spool.get(1)).toEqual({ kind: 'events', sealed: Uint8Array.of(9) });
  });

  test('[SPO13] what ends half-way has changed nothing', async () => {
    const recording = 'DDDDDDDDDDDDDDDDDDDDDA';
    const spool = spoolOf(recording);
    for (const index of [0, 1, 2])
      await spool.put({ recording, index, kind: 'states' }, Uint8Array.of(index));
    const label = { recording, index: 0, kind: 'states' as const };
    const said = await page.evaluate(([id, one]) => globalThis.spool.replaceAndFail(id, one), [
      recording,
      label,
    ] as const);
    expect(said).toBe('refused');
    expect(await spool.list()).toEqual([0, 1, 2].map((index) => ({ index, kind: 'states', bytes: 1 })));
  });
});
