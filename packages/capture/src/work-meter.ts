/**
 * How long an agent has held its page's main thread (AGT34, T17). Every entry from the outside (a listener, a
 * timer, an observer, a message) runs through it; what runs within another is counted once. The browser's clock is
 * coarse, so single short calls are counted as too much or nothing, and many of them about right.
 */
export class WorkMeter {
  readonly #now: () => number;
  #busy = 0;
  #depth = 0;

  /** Milliseconds with fractions. */
  constructor(now: () => number) {
    this.#now = now;
  }

  run<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    const from = this.#now();
    this.#depth++;
    try {
      return work();
    } finally {
      this.#depth--;
      this.#busy += Math.max(0, this.#now() - from);
    }
  }

  counted<A extends unknown[]>(call: (...given: A) => void): (...given: A) => void {
    return (...given) => this.run(() => call(...given));
  }

  /** Milliseconds since `take`. */
  get busy(): number {
    return this.#busy;
  }

  /** The same, and begins anew. */
  take(): number {
    const busy = this.#busy;
    this.#busy = 0;
    return busy;
  }
}
