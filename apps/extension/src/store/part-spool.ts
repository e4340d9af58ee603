import { RecordingError } from '@aboveboard/protocol/fault';
import type { PartLabel, RegroupingStore, ReplacementPart } from '@aboveboard/protocol/part';
import { answer, rangeOf, within } from './database.ts';
import type { ShelfRow } from './shelf.ts';

type StoredPart = { recording: string; index: number; kind: PartLabel['kind']; sealed: Uint8Array };

/** The sealed parts of one recording on this device. Passes the protocol's contract of part stores. */
export class PartSpool implements RegroupingStore {
  readonly #database: IDBDatabase;
  readonly #recording: string;

  constructor(database: IDBDatabase, recording: string) {
    this.#database = database;
    this.#recording = recording;
  }

  async put(label: PartLabel, sealed: Uint8Array): Promise<void> {
    const { index, kind } = label;
    await within(this.#database, ['parts'], 'readwrite', async (transaction) => {
      const store = transaction.objectStore('parts');
      const known: StoredPart | undefined = await answer(store.get([this.#recording, index]));
      if (known && (known.kind !== kind || !isSame(known.sealed, sealed))) {
        const message = 'other bytes are kept under this index';
        throw new RecordingError([{ rule: 'REC71', at: `part ${index}`, message }]);
      }
      if (known) return;
      await answer(store.put({ recording: this.#recording, index, kind, sealed: sealed.slice() }));
    });
  }

  async get(index: number): Promise<{ kind: PartLabel['kind']; sealed: Uint8Array } | null> {
    return within(this.#database, ['parts'], 'readonly', async (transaction) => {
      const part: StoredPart | undefined = await answer(
        transaction.objectStore('parts').get([this.#recording, index]),
      );
      return part ? { kind: part.kind, sealed: part.sealed } : null;
    });
  }

  async list(): Promise<{ index: number; kind: PartLabel['kind']; bytes: number }[]> {
    const parts: { index: number; kind: PartLabel['kind']; bytes: number }[] = [];
    await within(this.#database, ['parts'], 'readonly', (transaction) =>
      eachPart(transaction.objectStore('parts').openCursor(rangeOf(this.#recording)), (part) => {
        parts.push({ index: part.index, kind: part.kind, bytes: part.sealed.length });
      }),
    );
    return parts;
  }

  /**
   * Where a checkpoint goes on from these parts, it speaks of the new ones as the same act, and nothing happens
   * while there are parts that it does not speak of: a worker that takes over would not know which to cut (SPO13).
   */
  async replaceFrom(from: number, parts: readonly ReplacementPart[]): Promise<boolean> {
    return within(this.#database, ['parts', 'shelf'], 'readwrite', async (transaction) => {
      const store = transaction.objectStore('parts');
      const shelf = transaction.objectStore('shelf');
      const row: ShelfRow | undefined = await answer(shelf.get(this.#recording));
      const kept = await answer(store.count(rangeOf(this.#recording)));
      if (row?.live && row.live.parts !== kept) return false;
      await answer(store.delete(rangeOf(this.#recording, from)));
      for (const { label, sealed } of parts) {
        const { index, kind } = label;
        await answer(store.put({ recording: this.#recording, index, kind, sealed: sealed.slice() }));
      }
      if (row?.live) await answer(shelf.put({ ...row, live: { ...row.live, parts: from + parts.length } }));
      return true;
    });
  }

  /** Takes away the parts from `index` on: they were written and never acknowledged, and will come again. */
  async cutFrom(index: number): Promise<void> {
    await within(this.#database, ['parts'], 'readwrite', async (transaction) => {
      await answer(transaction.objectStore('parts').delete(rangeOf(this.#recording, index)));
    });
  }
}

/** Bytes of all sealed parts on this device. */
export async function spooledBytes(database: IDBDatabase): Promise<number> {
  let bytes = 0;
  await within(database, ['parts'], 'readonly', (transaction) =>
    eachPart(transaction.objectStore('parts').openCursor(), (part) => {
      bytes += part.sealed.length;
    }),
  );
  return bytes;
}

function eachPart(
  request: IDBRequest<IDBCursorWithValue | null>,
  see: (part: StoredPart) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) {
        resolve();
        return;
      }
      see(cursor.value as StoredPart);
      cursor.continue();
    };
    request.onerror = () => reject(request.error);
  });
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
