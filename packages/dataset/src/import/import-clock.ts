import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { ImportAccount } from './import-account.ts';

/** A source clock that goes back by more than this was set anew. */
const BACK_MS = 1000;
/** One that goes forward by more was asleep, or is absurd. */
const FORWARD_MS = 6 * 3600 * 1000;
const LAST_TICK = 0x7fff_ffff;

/**
 * Turns the source's times into ticks from 0 that never go back (IMP10). The source's own zero, which may
 * tell when it was made, goes no further than this.
 */
export class ImportClock {
  readonly #ticksPerMs: number;
  #origin: number | null = null;
  #last = 0;
  #gap: RecordedEvent | null = null;
  #reordered = 0;

  constructor(tickMicroseconds: 100 | 1000) {
    this.#ticksPerMs = 1000 / tickMicroseconds;
  }

  get last(): number {
    return this.#last;
  }
  get reordered(): number {
    return this.#reordered;
  }

  /** Null, with a fault, when the recording would be too long. `ms` on the source's clock. */
  tick(ms: number, at: string, account: ImportAccount): number | null {
    if (this.#origin === null) this.#origin = ms;
    let tick = Math.round((ms - this.#origin) * this.#ticksPerMs);
    const back = this.#last - tick;
    if (back > BACK_MS * this.#ticksPerMs || -back > FORWARD_MS * this.#ticksPerMs) {
      // What lies between is unknown: the clock goes on from where it was.
      this.#origin = ms - this.#last / this.#ticksPerMs;
      tick = this.#last;
      this.#gap = { kind: 'gap', t: tick, until: tick, reason: 'clock' };
    } else if (back > 0) {
      this.#reordered++;
      tick = this.#last;
    }
    if (tick > LAST_TICK) {
      account.fault('IMP10', at, 'the recording would last too long');
      return null;
    }
    this.#last = tick;
    return tick;
  }

  /** The gap that a jump of the clock left, once. */
  takeGap(): RecordedEvent | null {
    const gap = this.#gap;
    this.#gap = null;
    return gap;
  }
}
