import type { TaskCard } from '@aboveboard/protocol/manifest';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { answer, within } from './database.ts';
import { openValue, sealValue } from './sealed-text.ts';

const CARDS = 'own-cards';
/** An id that no recording has: the key ring knows keys by ids of this form. */
const KEY = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Cards that she made or opened from a file. They stay on this device, sealed, also when she leaves an installation. */
export class OwnCards {
  readonly #database: IDBDatabase;
  readonly #keys: KeyRing;
  #cards: TaskCard[] | null = null;

  constructor(database: IDBDatabase, keys: KeyRing) {
    this.#database = database;
    this.#keys = keys;
  }

  async all(): Promise<readonly TaskCard[]> {
    if (this.#cards) return this.#cards;
    const sealed = await within(this.#database, ['settings'], 'readonly', (transaction) =>
      answer<Uint8Array | undefined>(transaction.objectStore('settings').get(CARDS)),
    );
    this.#cards = (sealed && (await openValue<TaskCard[]>(this.#keys, KEY, 'cards', sealed))) ?? [];
    return this.#cards;
  }

  /** Replaces those of the same id. */
  async keep(cards: readonly TaskCard[]): Promise<void> {
    const ids = new Set(cards.map(({ id }) => id));
    await this.#write([...(await this.all()).filter(({ id }) => !ids.has(id)), ...cards]);
  }

  async remove(id: string): Promise<void> {
    await this.#write((await this.all()).filter((card) => card.id !== id));
  }

  async #write(cards: TaskCard[]): Promise<void> {
    await this.#keys.open(KEY).catch(() => this.#keys.create(KEY));
    const sealed = await sealValue(this.#keys, KEY, 'cards', cards);
    await within(this.#database, ['settings'], 'readwrite', (transaction) =>
      answer(transaction.objectStore('settings').put(sealed, CARDS)),
    );
    this.#cards = cards;
  }
}
