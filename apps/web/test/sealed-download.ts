import { readFile } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';
import { readBundle } from '@aboveboard/protocol/bundle';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import { type OpenedRecording, openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { asRecordingKey } from '@aboveboard/vault/recording-key';
import type { Page } from 'playwright-core';

/**
 * What /try gives to download is sealed under a key that never leaves the page. A test reads over the shoulder
 * of the page's Web Crypto: every key that is imported there is noted here.
 */
export async function watchKeys(page: Page): Promise<Uint8Array[]> {
  const keys: Uint8Array[] = [];
  await page.exposeFunction('noteKey', (bytes: number[]) => void keys.push(Uint8Array.from(bytes)));
  await page.addInitScript(() => {
    const { noteKey } = globalThis as unknown as { noteKey: (bytes: number[]) => void };
    const importKey = crypto.subtle.importKey.bind(crypto.subtle) as (...given: unknown[]) => unknown;
    Object.defineProperty(crypto.subtle, 'importKey', {
      value: (format: string, material: Uint8Array, ...rest: unknown[]) => {
        if (format === 'raw' && material.length === 32) noteKey([...material]);
        return importKey(format, material, ...rest);
      },
    });
    const plains: number[][] = [];
    Object.assign(globalThis, { sealedPlains: plains });
    const encrypt = crypto.subtle.encrypt.bind(crypto.subtle) as (...given: unknown[]) => unknown;
    Object.defineProperty(crypto.subtle, 'encrypt', {
      value: (algorithm: unknown, key: unknown, plain: Uint8Array) => {
        plains.push([...plain]);
        return encrypt(algorithm, key, plain);
      },
    });
  });
  return keys;
}

/** Every part that the page sealed so far, of every recording, as it was before deflating. */
export async function sealedBy(page: Page): Promise<string[]> {
  const plains = await page.evaluate(
    () => (globalThis as unknown as { sealedPlains: number[][] }).sealedPlains,
  );
  return plains.map((plain) => inflateRawSync(Uint8Array.from(plain)).toString('utf8'));
}

/** All that a reader gets out of a recording. */
export async function everythingIn(recording: OpenedRecording): Promise<string> {
  const all: unknown[] = [recording.manifest];
  for await (const events of recording.events()) all.push(events);
  for await (const states of recording.states()) all.push(states);
  for await (const frames of recording.frames()) all.push(frames);
  return JSON.stringify(all);
}

/** Opens a downloaded bundle with the one of the noted keys that fits. */
export async function openDownloaded(path: string, keys: readonly Uint8Array[]): Promise<OpenedRecording> {
  const store = new MemoryPartStore();
  const file = await readFile(path);
  const { id } = await readBundle(new Blob([file]).stream(), store);
  for (const key of keys) {
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const sealer = makePartSealer(asRecordingKey(key), crypto.subtle, random);
    const opened = await openRecording({ id, store, sealer, deflate: webDeflate }).catch(() => null);
    if (opened) return opened;
  }
  throw new Error('no key that the page made opens what it gave to download');
}
