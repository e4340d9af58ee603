import { readSteps } from '@aboveboard/dataset/action-steps';
import { type OpenedRecording, openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { maskFreeText } from '@aboveboard/redact/free-text';
import { applyEdits } from '@aboveboard/review/apply-edits';
import { checkEdits } from '@aboveboard/review/edit-check';
import type { EditList } from '@aboveboard/review/edit-list';
import { type Leaving, measureLeaving } from '@aboveboard/review/leaving';
import type { HitTest } from '@aboveboard/review/masked-nodes';
import type { ReviewAction } from '@aboveboard/review/review-action';
import type { KeyRing, RecordingKey } from '@aboveboard/vault/keyring';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { freshId, randomBytes, releaseSealerFor, sealerFor } from '../background/recording-writing.ts';
import { ClosedWords } from '../store/closed-words.ts';
import { openDatabase } from '../store/database.ts';
import { deviceKeyRing } from '../store/device-keys.ts';
import { PartSpool } from '../store/part-spool.ts';
import { Shelf } from '../store/shelf.ts';

/** What would leave, as it lies in the spool under its own id and key. */
export type Result = { id: string; leaving: Leaving };

/**
 * One recording on her desk: the original, her edits (kept sealed under the recording's own key), and the result
 * that the last edits gave. Each result has a fresh id and a fresh key; the one before it is destroyed.
 */
export class ReviewCase {
  readonly id: string;
  readonly recording: OpenedRecording;
  readonly actions: readonly ReviewAction[];
  readonly edits: EditList | undefined;
  readonly #database: IDBDatabase;
  readonly #keys: KeyRing;
  readonly #key: RecordingKey;
  readonly #shelf: Shelf;
  #result: Result | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    opened: {
      id: string;
      recording: OpenedRecording;
      actions: readonly ReviewAction[];
      edits: EditList | undefined;
    },
    device: { database: IDBDatabase; keys: KeyRing; key: RecordingKey; shelf: Shelf },
  ) {
    this.id = opened.id;
    this.recording = opened.recording;
    this.actions = opened.actions;
    this.edits = opened.edits;
    this.#database = device.database;
    this.#keys = device.keys;
    this.#key = device.key;
    this.#shelf = device.shelf;
  }

  /** Null: there is no such recording here that waits for review. Throws where it can't be opened. */
  static async open(id: string): Promise<ReviewCase | null> {
    const database = await openDatabase();
    const keys = await deviceKeyRing(database);
    const shelf = new Shelf(database, keys);
    const row = await shelf.get(id);
    if (row?.state !== 'reviewing') return null;
    const key = await keys.open(id);
    const store = new PartSpool(database, id);
    const recording = await openRecording({ id, store, sealer: sealerFor(key), deflate: webDeflate });
    const actions = (await readSteps(recording)).steps;
    const { clock, task } = recording.manifest;
    const bounds = { durationTicks: clock.durationTicks, actions: actions.length, taskKind: task.kind };
    const edits = row.edits && (await unsealEdits(row.edits, id, key, bounds));
    return new ReviewCase({ id, recording, actions, edits }, { database, keys, key, shelf });
  }

  /** Writes what would leave under these edits, and counts it. One after the other. */
  apply(edits: EditList, hitTest: HitTest, signal: AbortSignal): Promise<Leaving> {
    const turn = this.#turn.then(async () => {
      signal.throwIfAborted();
      await this.forgetResult();
      const id = freshId();
      const store = new PartSpool(this.#database, id);
      const sealer = releaseSealerFor(await this.#keys.create(id));
      const target = { id, store, sealer, deflate: webDeflate };
      const closed = await new ClosedWords(this.#database, this.#keys).all();
      const words = (text: string) => maskFreeText(text, [], closed).text;
      const { recording, actions } = this;
      try {
        await applyEdits({ recording, edits, actions, target, hitTest, words });
        const result = await openRecording(target);
        const { steps } = await readSteps(result);
        const leaving = await measureLeaving(result, store, steps.length);
        this.#result = { id, leaving };
        return leaving;
      } catch (error) {
        await this.#destroy(id);
        throw error;
      }
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** What her release releases. */
  get result(): Result | null {
    return this.#result;
  }

  async keepEdits(edits: EditList): Promise<void> {
    const plain = new TextEncoder().encode(JSON.stringify(edits));
    const sealed = await makePartSealer(this.#key, crypto.subtle, randomBytes).seal(
      plain,
      editsLabel(this.id),
    );
    await this.#shelf.change(this.id, (row) => ({ ...row, edits: sealed }));
  }

  async forgetResult(): Promise<void> {
    const { id } = this.#result ?? {};
    this.#result = null;
    if (id) await this.#destroy(id);
  }

  async #destroy(id: string): Promise<void> {
    await this.#keys.destroy(id);
    await this.#shelf.removeParts(id);
  }
}

function editsLabel(recording: string) {
  return { recording, index: 0, kind: 'edits' };
}

async function unsealEdits(
  sealed: Uint8Array,
  id: string,
  key: RecordingKey,
  bounds: Parameters<typeof checkEdits>[1],
): Promise<EditList | undefined> {
  try {
    const plain = await makePartSealer(key, crypto.subtle, randomBytes).open(sealed, editsLabel(id));
    const checked = checkEdits(JSON.parse(new TextDecoder().decode(plain)), bounds);
    return checked.ok ? checked.value : undefined;
  } catch {
    // Edits that can't be read are edits that were not made; the recording itself is untouched.
    return undefined;
  }
}
