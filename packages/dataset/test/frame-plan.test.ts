import { describe, expect, it } from 'vitest';
import { planFrames } from '../src/frame-plan.ts';
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

describe('frames that a dataset needs', () => {
  it('[ACT10] are those before actions, each once', () => {
    expect(planFrames([...actions, ...actions], events, { tickMicroseconds: 1000 })).toEqual([
      { surface: 0, t: 0 },
      { surface: 0, t: 1400 },
    ]);
  });

  it('are also those of settled states, and at most two a second, when asked for', () => {
    const settled = planFrames([], events, { tickMicroseconds: 1000, settled: true });
    expect(settled.map(({ t }) => t)).toEqual([0, 1400]);
    const steady = planFrames([], events, { tickMicroseconds: 1000, perSecond: 2 }).map(({ t }) => t);
    expect(steady).toEqual([0, 1100, 3000, 3500, 4000, 4500, 5000, 5500, 6000, 6500]);
    expect(() => planFrames([], [], { tickMicroseconds: 1000, perSecond: 3 })).toThrow(RangeError);
  });
});
