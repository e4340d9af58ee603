import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Action } from './action.ts';
import type { FrameWant } from './frame-source.ts';

export type FramePlanOptions = {
  tickMicroseconds: number;
  /** At most this many frames a second of each surface besides those before actions; 0 to 2. */
  perSecond?: number;
  /** A frame whenever a surface settles. */
  settled?: boolean;
};

/**
 * Which frames a dataset needs: before each action always; when a surface settles, and at a steady pace, on
 * request (spec/actions.md, ACT10; issue: at most two a second). Each want once, in order of ticks.
 */
export function planFrames(
  actions: readonly Action[],
  events: Iterable<RecordedEvent>,
  options: FramePlanOptions,
): FrameWant[] {
  const perSecond = options.perSecond ?? 0;
  if (!(perSecond >= 0 && perSecond <= 2)) throw new RangeError('perSecond is from 0 to 2');
  const wants = new Map<string, FrameWant>();
  const want = (surface: number, t: number) => wants.set(`${t}/${surface}`, { surface, t });
  for (const { surface, before } of actions) want(surface, before.t);
  if (options.settled === true || perSecond > 0) {
    const step = perSecond > 0 ? 1_000_000 / options.tickMicroseconds / perSecond : Number.POSITIVE_INFINITY;
    /** The next tick at which each surface may be drawn again; only surfaces that have changed are. */
    const next = new Map<number, number>();
    for (const event of events) {
      if (event.kind !== 'state') continue;
      if (options.settled === true && event.settled) want(event.surface, event.t);
      if (perSecond > 0 && event.t >= (next.get(event.surface) ?? 0)) {
        want(event.surface, event.t);
        next.set(event.surface, event.t + step);
      }
    }
  }
  return [...wants.values()].sort((a, b) => a.t - b.t || a.surface - b.surface);
}
