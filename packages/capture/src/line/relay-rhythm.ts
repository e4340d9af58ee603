import type { RandomBytes } from '@aboveboard/vault/part-sealing';
import { type Beat, nextBeat } from '../rhythm.ts';
import type { Kept } from './kept-value.ts';

/** When this device speaks next, and whether it has collected in that period. */
export type RhythmState = { beat: Beat; collected: boolean };

/** What wakes the rhythm again. One wait at a time; a later call takes the place of the earlier. */
export type RhythmWait = {
  /** Calls `wake` at that time, milliseconds since the epoch, also where the process ended meanwhile if the host can. */
  until(at: number, wake: () => void): Promise<void>;
  clear(): Promise<void>;
};

/**
 * Drives the line at its rhythm (RLY20, RLY21), from the moment on at which the device knows its guardian,
 * whether or not anybody takes part. What it does at a beat is decided at that beat and moves no beat.
 */
export class RelayRhythm {
  readonly #wait: RhythmWait;
  readonly #kept: Kept<RhythmState>;
  readonly #periodMilliseconds: number;
  readonly #acts: { collect(): Promise<void>; leave(): Promise<void> };
  readonly #now: () => number;
  readonly #draw: () => number;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(parts: {
    wait: RhythmWait;
    kept: Kept<RhythmState>;
    periodMilliseconds: number;
    acts: { collect(): Promise<void>; leave(): Promise<void> };
    /** Milliseconds since the epoch. */
    now: () => number;
    random: RandomBytes;
  }) {
    this.#wait = parts.wait;
    this.#now = parts.now;
    this.#draw = () => evenly(parts.random);
    this.#kept = parts.kept;
    this.#periodMilliseconds = parts.periodMilliseconds;
    this.#acts = parts.acts;
  }

  /** Does what is due and waits for the next; one call at a time, also from an alarm. Never rejects: what failed waits (RLY21). */
  wake(): Promise<void> {
    this.#running ??= this.#step()
      .catch(() => this.#later())
      .finally(() => {
        this.#running = null;
      });
    return this.#running;
  }

  /** What can't be kept is not said either: a store that fails, as a full disk does, may be there again in the next period. */
  async #later(): Promise<void> {
    const until = this.#now() + this.#periodMilliseconds;
    if (!this.#stopped) await this.#wait.until(until, () => void this.wake()).catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#wait.clear();
    await this.#running?.catch(() => undefined);
    await this.#wait.clear();
  }

  async #step(): Promise<void> {
    if (this.#stopped) return;
    let state = (await this.#kept.get()) ?? this.#next(null);
    const now = this.#now();
    const period = this.#periodMilliseconds;
    const over = Math.floor(now / period) > Math.floor(state.beat.leaveAt / period);
    // A period that was missed stays so. A beat far ahead is of a clock that was wrong.
    if (over || state.beat.collectAt > now + 3 * period) state = this.#next(over ? state.beat : null);
    else if (!state.collected && now >= state.beat.collectAt) {
      state = { ...state, collected: true };
      await this.#kept.put(state);
      await this.#acts.collect();
    }
    if (state.collected && this.#now() >= state.beat.leaveAt) {
      const { beat } = state;
      state = this.#next(beat);
      await this.#kept.put(state);
      await this.#acts.leave();
    } else await this.#kept.put(state);
    const until = state.collected ? state.beat.leaveAt : state.beat.collectAt;
    if (!this.#stopped) await this.#wait.until(until, () => void this.wake());
  }

  #next(last: Beat | null): RhythmState {
    const given = { now: this.#now(), periodMilliseconds: this.#periodMilliseconds, last };
    return { beat: nextBeat(given, this.#draw), collected: false };
  }
}

/** In [0, 1), from the host's cryptographic source. */
function evenly(random: RandomBytes): number {
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  return (((a * 256 + b) * 256 + c) * 256 + d) / 2 ** 32;
}
