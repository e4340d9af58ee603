import type { PartyRole } from '@aboveboard/consent/agreement';
import type { SealedKey } from './party-key.ts';

/** One sealed key of each party in this browser's IndexedDB. Rejects where the browser keeps nothing. */
const DATABASE = 'aboveboard-stewards';
const STORE = 'keys';

export async function keptKey(party: PartyRole): Promise<SealedKey | null> {
  return (await inStore('readonly', (store) => store.get(party))) ?? null;
}

/** Resolves when it is durable. */
export async function keepKey(party: PartyRole, key: SealedKey): Promise<void> {
  await inStore('readwrite', (store) => store.put(key, party));
}

export async function forgetKey(party: PartyRole): Promise<void> {
  await inStore('readwrite', (store) => store.delete(party));
}

async function inStore<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: 'strict' });
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}
