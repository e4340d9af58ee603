import { maskFreeText } from '@aboveboard/redact/free-text';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { ClosedWords } from '../store/closed-words.ts';
import { CommandFault } from './command-fault.ts';
import type { Rules } from './rules.ts';
import { knownLiterals, learnLiterals } from './shipped-literals.ts';

/** A start waits this long at most for what open pages' applications ship. */
const LEARN_FIRST = 1500;
/** A page that was opened later has loaded its scripts by then. */
const LEARN_LATER = 2000;
const delay = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/**
 * Interface text that may stay, from where the agreement says: the application's files, its own list, nowhere; and what
 * she wants closed all the same, which is in memory only while a recording goes on.
 */
export class OpenTexts {
  readonly #database: IDBDatabase;
  readonly #rules: Rules;
  readonly #learned: (origin: string) => void;
  readonly #words: ClosedWords;
  #shipped = new Map<string, string[]>();
  #closed: readonly string[] = [];
  readonly #looked = new Set<string>();

  constructor(
    device: { database: IDBDatabase; keys: KeyRing; rules: Rules },
    learned: (origin: string) => void,
  ) {
    this.#database = device.database;
    this.#rules = device.rules;
    this.#words = new ClosedWords(device.database, device.keys);
    this.#learned = learned;
  }

  of(origin: string): string[] {
    const source = this.#rules.app(origin)?.masks.literals;
    if (source === 'listed') return this.#rules.listed(origin);
    return source === 'shipped' ? (this.#shipped.get(origin) ?? []) : [];
  }

  /** Her own words, while a recording goes on. */
  get closed(): readonly string[] {
    return this.#closed;
  }

  /** What she describes or names while a recording goes on (MASK15). */
  described(text: string, inputs: readonly string[] = []): string {
    return maskFreeText(text, inputs, this.#closed).text;
  }

  end(): void {
    this.#closed = [];
  }

  /** Before a recording of these origins. */
  async begin(origins: readonly string[]): Promise<void> {
    await this.load();
    this.#looked.clear();
    await Promise.race([this.#learn(origins), delay(LEARN_FIRST)]);
  }

  /** What is known of each application's own text, from earlier recordings, and her words; a fault if those can't be opened. */
  async load(): Promise<void> {
    this.#closed = await this.#words.all().catch(() => {
      throw new CommandFault('closed-words');
    });
    for (const origin of this.#rules.origins()) {
      if (this.#rules.app(origin)?.masks.literals !== 'shipped') continue;
      this.#shipped.set(origin, await knownLiterals(this.#database, origin));
    }
  }

  sees(origin: string): void {
    const wanted = this.#rules.app(origin)?.masks.literals === 'shipped';
    if (!wanted || this.#looked.has(origin) || (this.#shipped.get(origin)?.length ?? 0) > 0) return;
    this.#looked.add(origin);
    void delay(LEARN_LATER).then(() => this.#learn([origin]));
  }

  /** Looks for more, and has the documents begin anew where there was. */
  async #learn(origins: readonly string[]): Promise<void> {
    for (const origin of origins) {
      if (this.#rules.app(origin)?.masks.literals !== 'shipped') continue;
      const before = this.#shipped.get(origin)?.length ?? 0;
      const found = await learnLiterals(this.#database, origin);
      if (found.length === before) continue;
      this.#shipped.set(origin, found);
      this.#learned(origin);
    }
  }
}
