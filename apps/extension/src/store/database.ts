/**
 * The device's own store: one IndexedDB database of the extension's origin, which no page can reach. Nothing
 * lives only in the worker's memory, because Chromium ends the worker when it likes.
 */
export type StoreName = 'settings' | 'keys' | 'parts' | 'shelf' | 'literals';

const VERSION = 1;

export function openDatabase(factory: IDBFactory = indexedDB, name = 'aboveboard'): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, VERSION);
    request.onupgradeneeded = () => {
      const database = request.result;
      database.createObjectStore('settings');
      database.createObjectStore('keys');
      database.createObjectStore('literals');
      database.createObjectStore('shelf', { keyPath: 'id' });
      database.createObjectStore('parts', { keyPath: ['recording', 'index'] });
    };
    request.onsuccess = () => {
      // Another context that wants a newer version must not wait for this one.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('The store is held open by an older version.'));
  });
}

/**
 * Runs `work` in one transaction and resolves with what it returned when the transaction is durable: flushed to
 * the disk, where it wrote (`strict`). `work` must not await anything but requests of this transaction.
 */
export async function within<T>(
  database: IDBDatabase,
  stores: readonly StoreName[],
  mode: 'readonly' | 'readwrite',
  work: (transaction: IDBTransaction) => Promise<T>,
): Promise<T> {
  const transaction = database.transaction([...stores], mode, { durability: 'strict' });
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('The transaction was aborted.'));
    transaction.onerror = () => reject(transaction.error);
  });
  done.catch(() => undefined);
  let result: T;
  try {
    result = await work(transaction);
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // It had ended by itself.
    }
    throw error;
  }
  await done;
  return result;
}

export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Keys of a recording's parts from an index on. */
export function rangeOf(recording: string, from = 0): IDBKeyRange {
  return IDBKeyRange.bound([recording, from], [recording, Number.POSITIVE_INFINITY]);
}
