/**
 * Turns the documents' milliseconds since the epoch into ticks since the recording began (CAP20). The
 * ticks that leave it never go back. The calendar time of the beginning stays in the spool's checkpoint
 * while the recording runs, and dies with it (T15).
 */
export class SessionClock {
  readonly #origin: number;
  readonly #perMillisecond: number;
  #last: number;

  /** `origin`: ms since the epoch at tick 0. `last`: the last tick given out before a restart. */
  constructor(origin: number, tickMicroseconds: 100 | 1000, last = 0) {
    this.#origin = origin;
    this.#perMillisecond = 1000 / tickMicroseconds;
    this.#last = last;
  }

  get origin(): number {
    return this.#origin;
  }

  get last(): number {
    return this.#last;
  }

  /** The tick for `at` without moving the clock: for the end of a stretch that begins at a tick given out. */
  peek(at: number): number {
    return Math.max(this.#last, Math.round((at - this.#origin) * this.#perMillisecond), 0);
  }

  /** The tick for `at`, at least the last one given out. */
  tick(at: number): number {
    this.#last = this.peek(at);
    return this.#last;
  }
}
