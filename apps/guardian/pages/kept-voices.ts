import type { OwnVoice } from './own-voice.ts';

/** What this browser keeps of its own voices, by issue, in IndexedDB: nothing of it is ever sent as it is. */
export type KeptVoices = {
  get(issue: string): Promise<OwnVoice | null>;
  all(): Promise<OwnVoice[]>;
  /** Durable when it resolves. */
  put(own: OwnVoice): Promise<void>;
  forget(issue: string): Promise<void>;
};

const STORE = 'voices';

export function openKeptVoices(factory: IDBFactory): KeptVoices {
  let opening: Promise<IDBDatabase> | null = null;
  const database = () => {
    opening ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = factory.open('aboveboard-voices', 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'issue' });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error(CLOSED));
    });
    return opening;
  };

  async function run<T>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const transaction = (await database()).transaction(STORE, mode, { durability: 'strict' });
    const request = work(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(new Error(CLOSED));
      transaction.onerror = () => reject(new Error(CLOSED));
    });
  }

  return {
    get: async (issue) =>
      (await run('readonly', (store) => store.get(issue) as IDBRequest<OwnVoice | undefined>)) ?? null,
    all: () => run('readonly', (store) => store.getAll() as IDBRequest<OwnVoice[]>),
    put: async (own) => {
      await run('readwrite', (store) => store.put(own));
    },
    forget: async (issue) => {
      await run('readwrite', (store) => store.delete(issue));
    },
  };
}

const CLOSED =
  'This browser keeps nothing for this page (a private window, or a full disk). Nothing was sent. Use another window.';
