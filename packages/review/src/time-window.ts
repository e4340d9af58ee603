/** Reads items of a range, both ends included, a part at a time. */
export type ReadRange<T> = (range: { from: number; to: number }) => AsyncIterable<readonly T[]>;

/**
 * The items of one stretch of a recording, held ready while a player needs them: one contiguous range,
 * extended forwards, let go of behind. Loads one range at a time; a load that is overtaken by `drop` or by a
 * jump elsewhere throws away what it read.
 */
export class TimeWindow<T extends { t: number }> {
  readonly #read: ReadRange<T>;
  #items: T[] = [];
  /** Loaded: from <= t <= to. Nothing while to < from. */
  #from = 0;
  #to = -1;
  #turn: Promise<void> = Promise.resolve();

  constructor(read: ReadRange<T>) {
    this.#read = read;
  }

  covers(from: number, to: number): boolean {
    return this.#from <= from && to <= this.#to;
  }

  /** Resolves when [from, to] is held. Keeps what is already held of it; drops what lies before `from`. */
  load(from: number, to: number): Promise<void> {
    const turn = this.#turn.then(() => this.#load(from, to));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Items with after < t <= until, in order. Only what is held. */
  between(after: number, until: number): T[] {
    return this.#items.slice(this.#indexAfter(after), this.#indexAfter(until));
  }

  async #load(from: number, to: number): Promise<void> {
    if (this.covers(from, to)) return;
    const continues = this.#from <= from && from <= this.#to + 1;
    if (!continues) {
      this.#items = [];
      this.#from = from;
      this.#to = from - 1;
    }
    const missing = { from: this.#to + 1, to };
    const read: T[] = [];
    for await (const part of this.#read(missing)) read.push(...part);
    this.#items = [...this.#items.slice(this.#indexAfter(from - 1)), ...read];
    this.#from = from;
    this.#to = to;
  }

  /** Index of the first item with t > `t`. */
  #indexAfter(t: number): number {
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#items[middle] as T).t <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
