import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Action } from './action.ts';
import type { FrameWant } from './frame-source.ts';

export type FramePlanOptions = {
  tickMicroseconds: number;
  /** A frame whenever a surface settles. */
  settled?: boolean;
  /** At most this many frames a second of each surface besides those before actions; 0 to 2. */
  perSecond?: number;
};

/**
 * Which frames a dataset needs: before each action always (ACT10); when a surface settles, and at a steady
 * pace of at most two a second, on request (EXP8). See every event, then ask. Only a surface that has
 * changed since is wanted again.
 */
export class FramePlan {
  readonly #settled: boolean;
  /** Ticks between two frames at the steady pace. */
  readonly #step: number;
  readonly #wants = new Map<string, FrameWant>();
  /** The next tick at which each surface may be drawn again. */
  readonly #next = new Map<number, number>();

  constructor({ tickMicroseconds, settled = false, perSecond = 0 }: FramePlanOptions) {
    if (!(perSecond >= 0 && perSecond <= 2)) throw new RangeError('perSecond is from 0 to 2');
    this.#settled = settled;
    this.#step = perSecond > 0 ? 1_000_000 / tickMicroseconds / perSecond : Number.POSITIVE_INFINITY;
  }

  see(event: RecordedEvent): void {
    if (event.kind !== 'state') return;
    const { surface, t } = event;
    if (this.#settled && event.settled) this.#want(surface, t);
    if (this.#step < Number.POSITIVE_INFINITY && t >= (this.#next.get(surface) ?? 0)) {
      this.#want(surface, t);
      this.#next.set(surface, t + this.#step);
    }
  }

  /** Each once, in the order of their ticks. */
  wants(actions: readonly Action[]): FrameWant[] {
    for (const { surface, before } of actions) this.#want(surface, before.t);
    return [...this.#wants.values()].sort((a, b) => a.t - b.t || a.surface - b.surface);
  }

  #want(surface: number, t: number): void {
    this.#wants.set(frameKey({ surface, t }), { surface, t });
  }
}

export function frameKey({ surface, t }: FrameWant): string {
  return `${surface}/${t}`;
}
