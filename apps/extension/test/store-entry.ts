import { RecordingError } from '@aboveboard/protocol/fault';
import type { PartLabel } from '@aboveboard/protocol/part';
import { makeAesWrapper } from '@aboveboard/vault/aes-wrapper';
import { openDatabase } from '../src/store/database.ts';
import { deviceKeyRing, IndexedKeyStore } from '../src/store/device-keys.ts';
import { PartSpool, spooledBytes } from '../src/store/part-spool.ts';

let database: IDBDatabase | null = null;
const open = async () => (database ??= await openDatabase());
const bytes = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const text = (from: Uint8Array) => btoa(Array.from(from, (byte) => String.fromCharCode(byte)).join(''));

/** What the tests call across the page's border: only text goes over it. */
export const store = {
  async reopen() {
    database?.close();
    database = null;
    await open();
  },
  async put(label: PartLabel, sealed: string) {
    try {
      await new PartSpool(await open(), label.recording).put(label, bytes(sealed));
      return null;
    } catch (error) {
      return error instanceof RecordingError ? error.faults : String(error);
    }
  },
  async get(recording: string, index: number) {
    const part = await new PartSpool(await open(), recording).get(index);
    return part && { kind: part.kind, sealed: text(part.sealed) };
  },
  async list(recording: string) {
    return new PartSpool(await open(), recording).list();
  },
  async cutFrom(recording: string, index: number) {
    await new PartSpool(await open(), recording).cutFrom(index);
  },
  async spooled() {
    return spooledBytes(await open());
  },
  async getKey(id: string) {
    const value = await new IndexedKeyStore(await open()).get(id);
    return value && text(value);
  },
  async putKey(id: string, value: string) {
    await new IndexedKeyStore(await open()).put(id, bytes(value));
  },
  async deleteKey(id: string) {
    await new IndexedKeyStore(await open()).delete(id);
  },
  /** Makes a key twice over and says what lies in the store, and whether the device's key can be read out. */
  async lookAtKeys(id: string) {
    const key = await (await deviceKeyRing(await open())).create(id);
    const again = await (await deviceKeyRing(await open())).open(id);
    const request = (await open()).transaction('settings').objectStore('settings').get('device-key');
    const device = await new Promise<CryptoKey>((resolve) => {
      request.onsuccess = () => resolve(request.result);
    });
    const stored = text((await new IndexedKeyStore(await open()).get(id)) ?? new Uint8Array());
    const exported = await crypto.subtle.exportKey('raw', device).then(
      () => true,
      () => false,
    );
    return { key: text(key), again: text(again), stored, extractable: device.extractable, exported };
  },
  async wrap(id: string, value: string) {
    return text(await (await wrapper()).wrap(id, bytes(value)));
  },
  async unwrap(id: string, value: string) {
    return text(await (await wrapper()).unwrap(id, bytes(value)));
  },
};

let wrapping: Promise<CryptoKey> | null = null;
async function wrapper() {
  wrapping ??= crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  return makeAesWrapper(await wrapping, crypto.subtle, (length) =>
    crypto.getRandomValues(new Uint8Array(length)),
  );
}

declare global {
  var spool: typeof store;
}
globalThis.spool = store;
