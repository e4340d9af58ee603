/** Access to one object store of one database of this browser; each call is a transaction of its own. */
export type BrowserStore = <T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
) => Promise<T>;

/**
 * The database is made when it is first needed. What was written is durable when the call resolves; it rejects
 * where the browser keeps nothing.
 */
export function browserStore(database: string, name: string): BrowserStore {
  return async (mode, work) => {
    const opened = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(database, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(name);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    try {
      return await new Promise((resolve, reject) => {
        const transaction = opened.transaction(name, mode, { durability: 'strict' });
        const request = work(transaction.objectStore(name));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      opened.close();
    }
  };
}
