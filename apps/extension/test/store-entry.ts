import { RecordingError } from '@aboveboard/protocol/fault';
import type { PartLabel } from '@aboveboard/protocol/part';
import { makeAesWrapper } from '@aboveboard/vault/aes-wrapper';
import { openDatabase } from '../src/store/database.ts';
import { deviceKeyRing, IndexedKeyStore } from '../src/store/device-keys.ts';
import { PartSpool, spooledBytes } from '../src/store/part-spool.ts';
import { Shelf, type ShelfRow } from '../src/store/shelf.ts';

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
  /** `live`: how many parts the row's checkpoint speaks of; null: it has no row. */
  async replaceFrom(
    recording: string,
    from: number,
    parts: { label: PartLabel; sealed: string }[],
    live: number | null = null,
  ) {
    const database = await open();
    const keys = await deviceKeyRing(database);
    const shelf = new Shelf(database, keys);
    if (live !== null) {
      await keys.open(recording).catch(() => keys.create(recording));
      await shelf.put({ id: recording, live: { parts: live }, task: { kind: 'free', text: '' } } as ShelfRow);
    }
    const spool = new PartSpool(await open(), recording);
    const replaced = await spool.replaceFrom(
      from,
      parts.map(({ label, sealed }) => ({ label, sealed: bytes(sealed) })),
    );
    return { replaced, live: (await shelf.get(recording))?.live?.parts ?? null };
  },
  /** Ends half-way: the second part is none that can be stored. */
  async replaceAndFail(recording: string, label: PartLabel) {
    const whole = { label, sealed: new Uint8Array(9) };
    const broken = { label: { ...label, index: (() => 1) as unknown as number }, sealed: new Uint8Array(9) };
    return new PartSpool(await open(), recording).replaceFrom(label.index, [whole, broken]).then(
      () => 'replaced',
      () => 'refused',
    );
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
