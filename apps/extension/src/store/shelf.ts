import type { Checkpoint } from '@aboveboard/capture/checkpoint';
import type { Manifest, TaskDescription } from '@aboveboard/protocol/manifest';
import { answer, within } from './database.ts';
import { rangeOf } from './part-spool.ts';

/** One recording on this device: where it stands, and what it takes to go on with it. */
export type ShelfRow = {
  id: string;
  state: 'recording' | 'paused' | 'reviewing' | 'cooling' | 'uploading' | 'released';
  task: TaskDescription;
  week: string;
  agreement: NonNullable<Manifest['agreement']>;
  receipt: string;
  signals: Manifest['signals'];
  tickMicroseconds: 100 | 1000;
  /** Salt of the consistent renaming, hex. Gone when recording ends. */
  renaming?: string;
  /** While it is under way: what a new worker goes on from, and how many parts it speaks of. */
  live?: { checkpoint: Checkpoint; parts: number; masks: Manifest['masks'] };
  /** Her changes in review so far, sealed under the recording's key. */
  edits?: Uint8Array;
  /** She stopped it: a worker that finds it so closes it, and takes nothing more. */
  stopped?: true;
  /** Why it ended without her; a key of the messages. */
  ended?: 'duration' | 'size' | 'crash' | 'lapse' | 'storage';
  durationMilliseconds: number;
  bytes: number;
  events: number;
  /** Milliseconds since the epoch, for what follows from the agreement; never leaves this device. */
  stoppedAt?: number;
  /** Released by her: it may leave at `uploadAt` and not before, `recallUntil` is when the cooling time ends. */
  release?: {
    recallUntil: number;
    uploadAt: number;
    envelope?: Uint8Array;
    upload?: string;
    sent: number;
    parts: number;
    fault?: string;
    now?: true;
  };
};

/** The rows of all recordings on this device. */
export class Shelf {
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
  }

  all(): Promise<ShelfRow[]> {
    return within(this.#database, ['shelf'], 'readonly', (transaction) =>
      answer<ShelfRow[]>(transaction.objectStore('shelf').getAll()),
    );
  }

  async get(id: string): Promise<ShelfRow | null> {
    const row = await within(this.#database, ['shelf'], 'readonly', (transaction) =>
      answer<ShelfRow | undefined>(transaction.objectStore('shelf').get(id)),
    );
    return row ?? null;
  }

  async put(row: ShelfRow): Promise<void> {
    await within(this.#database, ['shelf'], 'readwrite', (transaction) =>
      answer(transaction.objectStore('shelf').put(row)),
    );
  }

  /** Changes a row as one act; null leaves it as it is. */
  async change(id: string, change: (row: ShelfRow) => ShelfRow | null): Promise<ShelfRow | null> {
    return within(this.#database, ['shelf'], 'readwrite', async (transaction) => {
      const store = transaction.objectStore('shelf');
      const row: ShelfRow | undefined = await answer(store.get(id));
      const changed = row ? change(row) : null;
      if (changed) await answer(store.put(changed));
      return changed;
    });
  }

  /** The row and all parts, as one act. The key is the key ring's to destroy, before this. */
  async remove(id: string): Promise<void> {
    await within(this.#database, ['shelf', 'parts'], 'readwrite', async (transaction) => {
      await answer(transaction.objectStore('parts').delete(rangeOf(id)));
      await answer(transaction.objectStore('shelf').delete(id));
    });
  }

  /** Only the parts: it was uploaded, and what remains here is that she knows of it. */
  async removeParts(id: string): Promise<void> {
    await within(this.#database, ['parts'], 'readwrite', (transaction) =>
      answer(transaction.objectStore('parts').delete(rangeOf(id))),
    );
  }
}
