import { type Beat, nextBeat } from '@aboveboard/capture/rhythm';
import type { Kept } from '../store/settings.ts';

/** When this device speaks next, and whether it has collected in that period. */
export type RhythmState = { beat: Beat; collected: boolean };

export const RELAY_ALARM = 'relay';
/** Of what is said to the guardian itself, at times of its own. */
export const VOICE_ALARM = 'voice';
/** A wait that is shorter is waited out by the worker itself; alarms of the browser are not that exact. */
const WAITED_OUT = 25_000;

/**
 * Drives the line at its rhythm (RLY20, RLY21), from the moment on at which the device knows its guardian,
 * whether or not anybody takes part. What it does at a beat is decided at that beat and moves no beat.
 */
export class RelayRhythm {
  readonly #alarm: string;
  readonly #kept: Kept<RhythmState>;
  readonly #periodMilliseconds: number;
  readonly #acts: { collect(): Promise<void>; leave(): Promise<void> };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(parts: {
    alarm: typeof RELAY_ALARM | typeof VOICE_ALARM;
    kept: Kept<RhythmState>;
    periodMilliseconds: number;
    acts: { collect(): Promise<void>; leave(): Promise<void> };
  }) {
    this.#alarm = parts.alarm;
    this.#kept = parts.kept;
    this.#periodMilliseconds = parts.periodMilliseconds;
    this.#acts = parts.acts;
  }

  /** Does what is due and waits for the next; one call at a time, also from an alarm. */
  wake(): Promise<void> {
    this.#running ??= this.#step().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running?.catch(() => undefined);
    await chrome.alarms.clear(this.#alarm);
  }

  async #step(): Promise<void> {
    if (this.#stopped) return;
    let state = (await this.#kept.get()) ?? this.#next(null);
    const now = Date.now();
    const period = this.#periodMilliseconds;
    const over = Math.floor(now / period) > Math.floor(state.beat.leaveAt / period);
    // A period that was missed stays so. A beat far ahead is of a clock that was wrong.
    if (over || state.beat.collectAt > now + 3 * period) state = this.#next(over ? state.beat : null);
    else if (!state.collected && now >= state.beat.collectAt) {
      state = { ...state, collected: true };
      await this.#kept.put(state);
      await this.#acts.collect();
    }
    if (state.collected && Date.now() >= state.beat.leaveAt) {
      const { beat } = state;
      state = this.#next(beat);
      await this.#kept.put(state);
      await this.#acts.leave();
    } else await this.#kept.put(state);
    await this.#wait(state.collected ? state.beat.leaveAt : state.beat.collectAt);
  }

  #next(last: Beat | null): RhythmState {
    const given = { now: Date.now(), periodMilliseconds: this.#periodMilliseconds, last };
    return { beat: nextBeat(given, draw), collected: false };
  }

  async #wait(until: number): Promise<void> {
    if (this.#stopped) return;
    // Rings also when the worker was ended meanwhile.
    await chrome.alarms.create(this.#alarm, { when: Math.max(until, Date.now() + 500) });
    const wait = until - Date.now();
    clearTimeout(this.#timer);
    if (wait < WAITED_OUT) this.#timer = setTimeout(() => void this.wake(), Math.max(0, wait));
  }
}

/** Evenly in [0, 1), from the browser's cryptographic source. */
function draw(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32;
}
