import { describe, expect, it } from 'vitest';
import type { Action } from '../src/action.ts';
import { FramePlan, type FramePlanOptions } from '../src/frame-plan.ts';
import { click, reduce, state } from './event-rows.ts';

const events = [
  state(0, 0),
  ...click(1000, 5, 5),
  state(1100, 1, false),
  state(1400, 2),
  ...click(2000, 90, 90),
  ...Array.from({ length: 40 }, (_, i) => state(3000 + i * 100, 3 + i, false)),
];
const { actions } = reduce(events);

function planFrames(of: readonly Action[], options: Omit<FramePlanOptions, 'tickMicroseconds'> = {}) {
  const plan = new FramePlan({ ...options, tickMicroseconds: 1000 });
  for (const event of events) plan.see(event);
  return plan.wants(of);
}

describe('frames that a dataset needs', () => {
  it('[ACT10] are those before actions, each once', () => {
    expect(planFrames([...actions, ...actions])).toEqual([
      { surface: 0, t: 0 },
      { surface: 0, t: 1400 },
    ]);
  });

  it('[EXP8] are also those of settled states, and at most two a second, when asked for', () => {
    const settled = planFrames([], { settled: true });
    expect(settled.map(({ t }) => t)).toEqual([0, 1400]);
    const steady = planFrames([], { perSecond: 2 }).map(({ t }) => t);
    expect(steady).toEqual([0, 1100, 3000, 3500, 4000, 4500, 5000, 5500, 6000, 6500]);
    expect(() => planFrames([], { perSecond: 3 })).toThrow(RangeError);
  });
});
