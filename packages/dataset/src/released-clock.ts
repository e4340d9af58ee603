import type { Drawing } from '@aboveboard/redact/movement/drawing';
import { POPULATION } from '@aboveboard/redact/movement/population';
import type { Action } from './action.ts';

/** What an application takes to answer is kept to this (MOV43). */
const LATENCY_MS = 250;
/** And no longer than this: what comes later comes while somebody looks. */
const LATEST_MS = 10_000;

/**
 * The time of a recording as it is released (MOV42, MOV43): how long an action takes follows from its kind, its distance and
 * draws; how long the application took to answer is kept to 250 ms; how long she thought is nobody's.
 */
export class ReleasedClock {
  readonly #ended: { was: number; is: number; next: number }[] = [];
  readonly #tick: number;

  /** `since`: the tick at which the part begins that `actions` are; its time is 0. */
  constructor(actions: readonly Action[], tickMicroseconds: number, draws: Drawing, since = 0) {
    this.#tick = tickMicroseconds / 1000;
    let [was, is] = [since, 0];
    let here = { x: 960, y: 540 };
    for (const action of [...actions].sort((a, b) => a.t - b.t)) {
      const answered = action.before.age === null ? 0 : this.#latency(action.before.t - was);
      const at = 'at' in action ? action.at : null;
      const distance = at ? Math.hypot(at.x - here.x, at.y - here.y) : 0;
      const begins =
        is + answered + this.#ticks(drawn(POPULATION.hesitation, draws) + motionMs(distance, draws));
      this.#ended.push({ was, is, next: Math.round(begins) });
      was = Math.max(was, action.until);
      is = Math.round(begins + this.#ticks(lengthMs(action, draws)));
      here = action.kind === 'drag' ? action.to : (at ?? here);
    }
    this.#ended.push({ was, is, next: Number.POSITIVE_INFINITY });
  }

  /** The released tick of a tick of the recording. Never falls where that rises. */
  at(t: number): number {
    let [low, high] = [0, this.#ended.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#ended[middle]?.was ?? 0) <= t) low = middle;
      else high = middle - 1;
    }
    const { was, is, next } = this.#ended[low] as { was: number; is: number; next: number };
    return Math.max(0, Math.min(next - 1, is + this.#latency(t - was)));
  }

  #latency(ticks: number): number {
    const ms = Math.min(LATEST_MS, Math.max(0, ticks) * this.#tick);
    return this.#ticks(LATENCY_MS * Math.floor(ms / LATENCY_MS));
  }

  #ticks(ms: number): number {
    return Math.round(ms / this.#tick);
  }
}

function motionMs(distance: number, draws: Drawing): number {
  if (distance === 0) return 0;
  const { base, slope, width, spread } = POPULATION.motion;
  return draws.around(base + slope * Math.log2(1 + distance / width), spread);
}

function lengthMs(action: Action, draws: Drawing): number {
  switch (action.kind) {
    case 'drag': {
      const distance = Math.hypot(action.to.x - action.at.x, action.to.y - action.at.y);
      return motionMs(distance, draws) + 2 * drawn(POPULATION.grip, draws);
    }
    case 'double-click':
      return 2 * drawn(POPULATION.hold, draws) + drawn(POPULATION.repeat, draws);
    case 'triple-click':
      return 3 * drawn(POPULATION.hold, draws) + 2 * drawn(POPULATION.repeat, draws);
    case 'type':
      return (action.keys + action.deletions) * drawn(POPULATION.key, draws);
    case 'key':
    case 'shortcut':
      return action.count * drawn(POPULATION.key, draws);
    case 'scroll':
      return drawn(POPULATION.turns, draws) * drawn(POPULATION.turn, draws);
    case 'hover':
    case 'navigate':
    case 'wait':
      return 0;
    default:
      return drawn(POPULATION.hold, draws);
  }
}

function drawn([median, spread]: readonly [number, number], draws: Drawing): number {
  return draws.around(median, spread);
}
