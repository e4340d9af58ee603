import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Manifest } from '@aboveboard/protocol/manifest';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import type { PartLabel } from '@aboveboard/protocol/part';
import { openRecording, type ReaderOptions, recoverRecording } from '@aboveboard/protocol/recording-reader';
import type { StateItem } from '@aboveboard/protocol/state';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { asRecordingKey } from '@aboveboard/vault/recording-key';
import type { Page } from 'playwright-core';

export type Read = {
  manifest: Manifest | null;
  events: RecordedEvent[];
  states: StateItem[];
  sealed: Uint8Array[];
};

/** Opens a recording of the spool, as the extension's own code on one of its pages could. */
export async function readSpooled(page: Page, id: string): Promise<Read> {
  const found = await page.evaluate(takeOut, id);
  const store = new MemoryPartStore();
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
  for (const { index, kind, sealed } of found.parts) {
    await store.put({ recording: id, index, kind: kind as PartLabel['kind'] }, bytes(sealed));
  }
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const sealer = makePartSealer(asRecordingKey(bytes(found.key)), crypto.subtle, random);
  const options: ReaderOptions = { id, store, sealer, deflate: webDeflate };
  const finished = found.parts.at(-1)?.kind === 'manifest';
  const opened = finished ? await openRecording(options) : await recoverRecording(options);
  const read: Read = {
    manifest: 'manifest' in opened ? opened.manifest : null,
    events: [],
    states: [],
    sealed: found.parts.map((part) => bytes(part.sealed)),
  };
  for await (const part of opened.events()) read.events.push(...part);
  for await (const part of opened.states()) read.states.push(...part);
  return read;
}

export function kindsOf(events: readonly RecordedEvent[]): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const { kind } of events) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kinds;
}

/** Runs on the extension's page: sealed parts as they lie there, and the key through the device's own key. */
async function takeOut(id: string) {
  const base64 = (bytes: Uint8Array) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  const ask = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const database = await ask(indexedDB.open('aboveboard'));
  const transaction = database.transaction(['parts', 'keys', 'settings']);
  const range = IDBKeyRange.bound([id, 0], [id, Number.POSITIVE_INFINITY]);
  const [parts, wrapped, deviceKey] = await Promise.all([
    ask<{ index: number; kind: string; sealed: Uint8Array }[]>(
      transaction.objectStore('parts').getAll(range),
    ),
    ask<Uint8Array>(transaction.objectStore('keys').get(id)),
    ask<CryptoKey>(transaction.objectStore('settings').get('device-key')),
  ]);
  const additionalData = new TextEncoder().encode(`aboveboard stored key v1\0${id}`);
  const key = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: wrapped.slice(1, 13), additionalData },
    deviceKey,
    wrapped.slice(13),
  );
  database.close();
  return {
    key: base64(new Uint8Array(key)),
    parts: parts.map(({ index, kind, sealed }) => ({ index, kind, sealed: base64(sealed) })),
  };
}
