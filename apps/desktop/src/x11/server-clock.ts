/**
 * The display server's milliseconds as ours. Its clock runs as this process's does, and an event never comes before
 * it happened: the least difference that was seen is the one between the two clocks, to within the fastest delivery.
 */
export class ServerClock {
  readonly #now: () => number;
  #offset = Number.POSITIVE_INFINITY;
  #last = 0;
  #base = 0;

  /** `now`: milliseconds since the epoch with fractions, never going back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Of `time` as the server wrote it, 32 bits that begin anew every 49 days. */
  at(time: number): number {
    let widened = this.#base + time;
    if (widened < this.#last - HALF) {
      this.#base += 2 * HALF;
      widened += 2 * HALF;
    } else if (widened > this.#last + HALF && this.#base > 0) widened -= 2 * HALF;
    this.#last = Math.max(this.#last, widened);
    this.#offset = Math.min(this.#offset, this.#now() - widened);
    return widened + this.#offset;
  }

  /** Milliseconds since then. */
  age(at: number): number {
    return this.#now() - at;
  }
}

const HALF = 2 ** 31;
