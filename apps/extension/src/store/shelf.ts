import type { Checkpoint } from '@aboveboard/capture/checkpoint';
import type { GoneRecipients, HalfRecipients } from '@aboveboard/capture/line/half-recipients';
import type { Manifest, TaskDescription } from '@aboveboard/protocol/manifest';
import type { RecordingSummary } from '@aboveboard/protocol/recording-summary';
import type { HalfEnvelopes } from '@aboveboard/vault/half-envelope';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { answer, rangeOf, within } from './database.ts';
import { openValue, sealValue } from './sealed-text.ts';

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
  ended?: 'duration' | 'size' | 'cpu' | 'memory' | 'crash' | 'lapse' | 'storage';
  durationMilliseconds: number;
  bytes: number;
  events: number;
  /** Milliseconds since the epoch, for what follows from the agreement; never leaves this device. */
  stoppedAt?: number;
  /** Released by her: it may leave at `uploadAt` and not before, `recallUntil` is when the cooling time ends. */
  release?: {
    recallUntil: number;
    uploadAt: number;
    /** Both halves of its key, sealed, and what is announced of it; made when it leaves. */
    leaving?: { envelopes: HalfEnvelopes; summary: RecordingSummary; to?: HalfRecipients };
    /** Whom nothing is sealed to any more, by the server's word (UPL61). */
    gone?: GoneRecipients;
    upload?: string;
    sent: number;
    parts: number;
    fault?: string;
    now?: true;
    /** She asked for its erasure, which the server has not confirmed yet. */
    erasing?: true;
    /** The day's network is used up: it goes on the next day. */
    waitsForNetwork?: true;
  };
};

/** As it lies there: the words of the task are sealed under the recording's key (SPO5). */
export type StoredRow = Omit<ShelfRow, 'task'> & { sealedTask: Uint8Array };

const WORDS_GONE: TaskDescription = { kind: 'free', text: '' };

/** The rows of all recordings on this device. */
export class Shelf {
  readonly #database: IDBDatabase;
  readonly #keys: KeyRing;
  /** What is sealed to what, so that a row that is written twice a second is sealed once. */
  readonly #known = new Map<string, { task: TaskDescription; sealed: Uint8Array }>();

  constructor(database: IDBDatabase, keys: KeyRing) {
    this.#database = database;
    this.#keys = keys;
  }

  async all(): Promise<ShelfRow[]> {
    const rows = await within(this.#database, ['shelf'], 'readonly', (transaction) =>
      answer<StoredRow[]>(transaction.objectStore('shelf').getAll()),
    );
    return Promise.all(rows.map((row) => this.#opened(row)));
  }

  async get(id: string): Promise<ShelfRow | null> {
    const row = await within(this.#database, ['shelf'], 'readonly', (transaction) =>
      answer<StoredRow | undefined>(transaction.objectStore('shelf').get(id)),
    );
    return row ? this.#opened(row) : null;
  }

  /** The recording's key is there before its row is. */
  async put(row: ShelfRow): Promise<void> {
    const { task, ...rest } = row;
    const stored: StoredRow = { ...rest, sealedTask: await this.#sealed(row.id, task) };
    await within(this.#database, ['shelf'], 'readwrite', (transaction) =>
      answer(transaction.objectStore('shelf').put(stored)),
    );
  }

  /** Changes a row as one act; null leaves it as it is. What the task is does not change. */
  async change(
    id: string,
    change: (row: StoredRow) => Omit<StoredRow, 'sealedTask'> | null,
  ): Promise<ShelfRow | null> {
    const changed = await within(this.#database, ['shelf'], 'readwrite', async (transaction) => {
      const store = transaction.objectStore('shelf');
      const row: StoredRow | undefined = await answer(store.get(id));
      const wanted = row ? change(row) : null;
      if (!row || !wanted) return null;
      const stored: StoredRow = { ...wanted, sealedTask: row.sealedTask };
      await answer(store.put(stored));
      return stored;
    });
    return changed ? this.#opened(changed) : null;
  }

  async #sealed(id: string, task: TaskDescription): Promise<Uint8Array> {
    const known = this.#known.get(id);
    if (known?.task === task) return known.sealed;
    const sealed = await sealValue(this.#keys, id, 'task', task);
    this.#known.set(id, { task, sealed });
    return sealed;
  }

  async #opened({ sealedTask, ...row }: StoredRow): Promise<ShelfRow> {
    const known = this.#known.get(row.id);
    if (known && isSame(known.sealed, sealedTask)) return { ...row, task: known.task };
    const task = await openValue<TaskDescription>(this.#keys, row.id, 'task', sealedTask);
    if (task) this.#known.set(row.id, { task, sealed: sealedTask });
    return { ...row, task: task ?? WORDS_GONE };
  }

  /** The row and all parts, as one act. The key is the key ring's to destroy, before this. */
  async remove(id: string): Promise<void> {
    this.#known.delete(id);
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

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
