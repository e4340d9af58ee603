import type { StateItem } from '@aboveboard/protocol/state';
import { StateTexts } from './state-texts.ts';

/** Open text that fewer people's states have is closed where a release is built (MASK38). */
export const FEWEST_PEOPLE = 10;

/** Texts that enough people's states have; white space is folded. */
export type CommonTexts = { has(text: string): boolean; list(): string[] };

/** `texts`: as `list` gave them. */
export function commonTextsOf(texts: Iterable<string>): CommonTexts {
  const common: ReadonlySet<string> = new Set(texts);
  return { has: (text) => common.has(folded(text)), list: () => [...common].sort() };
}

/** All that one person gave to a release. `person` is any name for her; it is compared and not kept. */
export type PersonStates = { person: string; recordings: readonly StateSource[] };
export type StateSource = { states(): AsyncIterable<StateItem[]> };

export type CensusOptions = {
  /** At least two; FEWEST_PEOPLE unless told. */
  minimum?: number;
  /** Texts in memory at once. */
  limit?: number;
};

/** What of a recording a census counts: each text once, white space folded, without what nobody could have in common. */
export async function textsOf(recording: StateSource): Promise<Set<string>> {
  const raw = new Set<string>();
  const texts = new StateTexts();
  for await (const items of recording.states()) {
    for (const item of items) texts.see(item, (text) => raw.add(text));
  }
  const counted = new Set<string>();
  for (const text of raw) {
    const value = folded(text);
    if (value !== '' && value.length <= LONGEST) counted.add(value);
  }
  return counted;
}

/** What an application ships is at most so long (MASK4); a longer text is somebody's. */
const LONGEST = 200;
const LIMIT = 2_000_000;

/**
 * Counts people by text, inside the job that builds a release: of the names of people nothing leaves it, and of the texts only
 * which are common. A full census forgets what one person alone had: that is counted anew, and at worst stays closed.
 */
export class TextCensus {
  readonly #minimum: number;
  readonly #limit: number;
  readonly #people = new Map<string, number>();
  readonly #who = new Map<string, Set<number>>();
  readonly #common = new Set<string>();

  /** Throws RangeError for a minimum under which a person's own text would be common. */
  constructor({ minimum = FEWEST_PEOPLE, limit = LIMIT }: CensusOptions = {}) {
    if (!Number.isInteger(minimum) || minimum < 2) {
      throw new RangeError('text that one person has can not be common');
    }
    this.#minimum = minimum;
    this.#limit = limit;
  }

  /** Reads one recording of hers. The same person may come again. */
  async count(person: string, recording: StateSource): Promise<void> {
    this.countTexts(person, await textsOf(recording));
  }

  /** The same of texts that `textsOf` gave. */
  countTexts(person: string, texts: Iterable<string>): void {
    const number = this.#numberOf(person);
    for (const text of texts) this.#see(text, number);
  }

  #numberOf(person: string): number {
    const number = this.#people.get(person) ?? this.#people.size;
    this.#people.set(person, number);
    return number;
  }

  /** As far as was counted. */
  common(): CommonTexts {
    return commonTextsOf(this.#common);
  }

  #see(value: string, person: number): void {
    if (this.#common.has(value)) return;
    const who = this.#who.get(value);
    if (who === undefined) {
      if (this.#who.size >= this.#limit) this.#forget();
      this.#who.set(value, new Set([person]));
    } else if (who.add(person).size >= this.#minimum) {
      this.#common.add(value);
      this.#who.delete(value);
    }
  }

  #forget(): void {
    for (const [text, who] of this.#who) if (who.size === 1) this.#who.delete(text);
    // Full of texts that several have: then all begin anew.
    if (this.#who.size >= this.#limit) this.#who.clear();
  }
}

/** Closed by a rule, in how many places. */
export type ClosedCount = { rule: 'text.rare'; count: number };

/**
 * Closes open text that fewer than `minimum` people's states have (MASK38). Reads everything twice, a part at a time. `close`
 * gives what stands in a text's place, as `createSurrogates(salt, task).of` does; `keeps` is what stays whoever has it: words
 * of task cards and glyphs. `states` comes in the order given, one for each recording; `counts` is whole when all were read.
 */
export async function closeRareText(
  people: readonly PersonStates[],
  options: CensusOptions & {
    close: (text: string, recording: StateSource) => string;
    keeps?: (text: string) => boolean;
  },
): Promise<{ states: (StateSource & { person: string })[]; counts: () => ClosedCount[] }> {
  const census = new TextCensus(options);
  for (const { person, recordings } of people) {
    for (const recording of recordings) await census.count(person, recording);
  }
  const common = census.common();
  const { close, keeps = () => false } = options;
  let count = 0;
  const counted = new Set<StateSource>();
  const closed = (recording: StateSource) => ({
    async *states() {
      const texts = new StateTexts();
      // Exporters read states more than once.
      const counts = !counted.has(recording);
      counted.add(recording);
      const change = (text: string) => {
        if (text.trim() === '' || common.has(text) || keeps(text)) return text;
        if (counts) count++;
        return close(text, recording);
      };
      for await (const items of recording.states()) yield items.map((item) => texts.change(item, change));
    },
  });
  return {
    states: people.flatMap(({ person, recordings }) =>
      recordings.map((recording) => ({ person, ...closed(recording) })),
    ),
    counts: () => (count > 0 ? [{ rule: 'text.rare', count }] : []),
  };
}

function folded(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
