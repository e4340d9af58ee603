import type { KeyRing } from '@aboveboard/vault/keyring';
import { answer, within } from './database.ts';
import { openValue, sealValue } from './sealed-text.ts';

const WORDS = 'closed-words';
/** `key`: a name of the key ring, another one each time that they are kept. */
type Kept = { key: string; sealed: Uint8Array };

/**
 * What she wants closed wherever it stands (MASK28, MASK19): sealed on this device under a key of its own, in no recording and in
 * nothing that is sent. Nothing here is kept in memory; who asks for it holds it as long as a recording goes on.
 */
export class ClosedWords {
  readonly #database: IDBDatabase;
  readonly #keys: KeyRing;

  constructor(database: IDBDatabase, keys: KeyRing) {
    this.#database = database;
    this.#keys = keys;
  }

  /** Throws where there are some that can't be opened: then nothing may be recorded as if there were none (T14). */
  async all(): Promise<readonly string[]> {
    const kept = await this.#kept();
    if (!kept) return [];
    const words = await openValue<string[]>(this.#keys, kept.key, 'words', kept.sealed);
    if (!words) throw new Error('The words to close are here and can’t be opened.');
    return words;
  }

  /** Replaces what was there; its key is destroyed once the new words are stored. */
  async keep(words: readonly string[], freshKey: string): Promise<void> {
    const before = await this.#kept();
    await this.#keys.create(freshKey);
    const row: Kept = { key: freshKey, sealed: await sealValue(this.#keys, freshKey, 'words', words) };
    await within(this.#database, ['settings'], 'readwrite', (transaction) =>
      answer(transaction.objectStore('settings').put(row, WORDS)),
    );
    if (before) await this.#keys.destroy(before.key);
  }

  #kept(): Promise<Kept | undefined> {
    return within(this.#database, ['settings'], 'readonly', (transaction) =>
      answer<Kept | undefined>(transaction.objectStore('settings').get(WORDS)),
    );
  }
}
