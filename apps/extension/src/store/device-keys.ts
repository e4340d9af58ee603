import { makeAesWrapper } from '@aboveboard/vault/aes-wrapper';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { type KeyStore, makeStoredKeyRing } from '@aboveboard/vault/stored-keyring';
import { answer, within } from './database.ts';

const DEVICE_KEY = 'device-key';
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Wrapped keys of recordings, durable before a call resolves. */
export class IndexedKeyStore implements KeyStore {
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
  }

  get(id: string): Promise<Uint8Array | null> {
    return within(this.#database, ['keys'], 'readonly', async (transaction) => {
      const value: Uint8Array | undefined = await answer(transaction.objectStore('keys').get(id));
      return value ?? null;
    });
  }

  async put(id: string, value: Uint8Array): Promise<void> {
    await within(this.#database, ['keys'], 'readwrite', (transaction) =>
      answer(transaction.objectStore('keys').put(value.slice(), id)),
    );
  }

  async delete(id: string): Promise<void> {
    await within(this.#database, ['keys'], 'readwrite', (transaction) =>
      answer(transaction.objectStore('keys').delete(id)),
    );
  }
}

/**
 * The key ring of this device. Keys of recordings are wrapped by an AES key that the browser keeps and that no
 * code can read out (non-extractable). What that protects: a copy of the database read by other means than
 * this browser profile's own code paths, backups of single files, a leaked dump of the extension's storage. What
 * it doesn't: whoever holds the whole profile folder can run a browser on it (spec/spool.md, SPO12). Disk
 * encryption is what protects a stolen machine.
 */
export async function deviceKeyRing(database: IDBDatabase): Promise<KeyRing> {
  const key = await deviceKey(database);
  return makeStoredKeyRing({
    store: new IndexedKeyStore(database),
    wrapper: makeAesWrapper(key, crypto.subtle, random),
    random,
  });
}

/** Made once. Two contexts that start at the same time agree on one: the first that is stored. */
async function deviceKey(database: IDBDatabase): Promise<CryptoKey> {
  const read = () =>
    within(database, ['settings'], 'readonly', (transaction) =>
      answer<CryptoKey | undefined>(transaction.objectStore('settings').get(DEVICE_KEY)),
    );
  const known = await read();
  if (known) return known;
  const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  await within(database, ['settings'], 'readwrite', async (transaction) => {
    const store = transaction.objectStore('settings');
    if ((await answer(store.get(DEVICE_KEY))) === undefined) await answer(store.put(fresh, DEVICE_KEY));
  });
  const stored = await read();
  if (!stored) throw new Error('The device key was not kept.');
  return stored;
}
