import type { RecordedEvent } from '@aboveboard/protocol/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action } from '../src/action.ts';
import { ACTION_RULES as RULES } from '../src/action-rules.ts';
import { ActionReducer, actionsOf } from '../src/actions.ts';
import {
  down,
  focus,
  front,
  gap,
  geometry,
  hold,
  key,
  letGo,
  move,
  navigate,
  reduce,
  select,
  state,
  text,
  up,
  wheel,
} from './event-rows.ts';

const place = fc.integer({ min: 0, max: 60 });
const button = fc.constantFrom(0, 0, 0, 1, 2, 3);
const modifier = fc.constantFrom('Shift', 'Control', 'Alt', 'Meta', 'CapsLock');
const builder = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(place, place).map(
      ([x, y]) =>
        (t: number) =>
          move(t, x, y),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(place, place, button).map(
      ([x, y, b]) =>
        (t: number) =>
          down(t, x, y, b, 4),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(place, place, button).map(
      ([x, y, b]) =>
        (t: number) =>
          up(t, x, y, b),
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom(-100, 0, 100).map((dy) => (t: number) => wheel(t, dy)) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('keydown' as const, 'keyup' as const).map((k) => (t: number) => key(k, t)),
  },
  fc.constantFrom(4, 7).map((node) => (t: number) => select(t, 'made up', node)),
  fc
    .constantFrom('Enter', 'ArrowDown', 'Space')
    .map((name) => (t: number) => key('keydown', t, name, 'navigation')),
  fc.constant((t: number) => key('keydown', t, 'Backspace', 'delete')),
  fc.constant((t: number) => key('keydown', t, 'ctrl+s', 'shortcut')),
  modifier.map((name) => (t: number) => hold(t, name)),
  modifier.map((name) => (t: number) => letGo(t, name)),
  fc.constantFrom(4, 7).map((node) => (t: number) => text(t, 'made up', node)),
  fc.constantFrom(4, 7).map((node) => (t: number) => focus(t, node)),
  fc.constantFrom(0, 1).map((surface) => (t: number) => front(t, surface)),
  {
    weight: 3,
    arbitrary: fc.tuple(fc.nat(20), fc.boolean()).map(
      ([i, s]) =>
        (t: number) =>
          state(t, i, s),
    ),
  },
  fc.constantFrom(50, 100).map((size) => (t: number) => geometry(t, size, size)),
  fc.constantFrom('/a', '/b').map((path) => (t: number) => navigate(t, path)),
  fc.nat(300).map((length) => (t: number) => gap(t, t + length)),
  fc.constant((t: number): RecordedEvent => ({ kind: 'pause', t, cause: 'contributor' })),
  fc.constant((t: number): RecordedEvent => ({ kind: 'resume', t })),
  fc.constant(
    (t: number): RecordedEvent => ({ kind: 'surface', t, surface: 1, phase: 'close', type: 'tab' }),
  ),
);
/** Things that people do in a row; by chance alone events rarely follow each other so. */
const phrase = fc.constantFrom<((t: number) => RecordedEvent)[]>(
  [(t) => key('keydown', t), (t) => key('keyup', t), (t) => letGo(t, 'Shift')],
  [(t) => hold(t, 'Shift'), (t) => key('keydown', t), (t) => letGo(t, 'Shift'), (t) => key('keyup', t)],
  [(t) => down(t, 9, 9), (t) => up(t, 9, 9), (t) => down(t, 10, 9), (t) => up(t, 10, 9)],
  [(t) => down(t, 9, 9), (t) => move(t, 50, 9), (t) => state(t, 3, false), (t) => up(t, 50, 9)],
  [(t) => hold(t, 'Control'), (t) => down(t, 9, 9), (t) => letGo(t, 'Control'), (t) => up(t, 9, 9)],
  [
    (t) => focus(t, 4),
    (t) => key('keydown', t),
    (t) => down(t, 9, 9),
    (t) => text(t, 'made up', 4),
    (t) => up(t, 9, 9),
  ],
  [(t) => down(t, 9, 9, 0, 4), (t) => up(t, 9, 9), (t) => state(t, 3, false), (t) => select(t, 'made up', 4)],
  [
    (t) => focus(t, 4),
    (t) => key('keydown', t, 'ArrowDown', 'navigation'),
    (t) => select(t, 'one', 4),
    (t) => key('keydown', t),
    (t) => select(t, 'two', 4),
  ],
  [(t) => state(t, 1), (t) => move(t + 2000, 9, 9), (t) => state(t + 2100, 2, false)],
);
const step = fc.tuple(
  fc.constantFrom(0, 0, 1, 5, 30, 120, 600, 1600, 6000, 70_000),
  fc.oneof({ weight: 3, arbitrary: builder.map((one) => [one]) }, { weight: 1, arbitrary: phrase }),
);
const recording = fc.array(step, { maxLength: 80 }).map((steps) => {
  let t = 0;
  return steps.flatMap(([pause, builders]) =>
    builders.map((build, i) => {
      const event = build(t + pause + i * 20);
      t = event.t;
      return event;
    }),
  );
});

const runs = { numRuns: 600 };

describe('properties', () => {
  it('[ACT1] every event belongs to exactly one action or remainder', () => {
    fc.assert(
      fc.property(recording, (events) => {
        const owners = new Uint8Array(events.length);
        const { actions, remainders } = reduce(events);
        for (const { from, to } of [...actions.flatMap((action) => action.events), ...remainders]) {
          for (let n = from; n <= to; n++) owners[n] = (owners[n] ?? 0) + 1;
        }
        expect([...owners].every((count) => count === 1)).toBe(true);
      }),
      runs,
    );
  });

  it('[ACT3] actions are numbered without a hole, and each says where it came from', () => {
    fc.assert(
      fc.property(recording, (events) => {
        const { actions } = reduce(events);
        expect(actions.map(({ index }) => index)).toEqual(actions.map((_, i) => i));
        for (const { t, until, events: ranges } of actions) {
          expect(until).toBeGreaterThanOrEqual(t);
          expect(ranges.length).toBeGreaterThan(0);
          for (const { from, to } of ranges) expect(to).toBeGreaterThanOrEqual(from);
        }
      }),
      runs,
    );
  });

  it('[ACT10] what shows the page before an action is earlier than its input', () => {
    fc.assert(
      fc.property(recording, (events) => {
        for (const { t, before } of reduce(events).actions) {
          expect(before.t < t || (t === 0 && before.t === 0)).toBe(true);
          if (before.age !== null) expect(before.age).toBe(t - before.t);
        }
      }),
      runs,
    );
  });

  it('[ACT8] no action begins inside of a gap', () => {
    fc.assert(
      fc.property(recording, (events) => {
        const gaps = events.filter((event) => event.kind === 'gap');
        for (const { events: ranges } of reduce(events).actions) {
          for (const { from } of ranges) {
            const { t } = events[from] as RecordedEvent;
            expect(gaps.some((gap) => events.indexOf(gap) < from && t < gap.until)).toBe(false);
          }
        }
      }),
      runs,
    );
  });

  it('the same recording later in time gives the same actions, later', () => {
    fc.assert(
      fc.property(recording, fc.integer({ min: 200, max: 100_000 }), (events, later) => {
        const begun = [geometry(200, 100, 100), ...events.map((event) => shifted(event, 200))];
        const moved = begun.map((event) => shifted(event, later));
        // What is assumed before the first action is cut off at the recording's beginning.
        expect(reduce(moved).actions).toEqual(
          reduce(begun).actions.map((action) => shiftedAction(action, later)),
        );
      }),
      runs,
    );
  });

  it('at another scale of pixels and thresholds gives the same actions, scaled', () => {
    fc.assert(
      fc.property(recording, fc.constantFrom(0.25, 0.5, 2, 4), (events, scale) => {
        const plain = reduce(events).actions.map(({ kind, events: ranges }) => ({ kind, ranges }));
        const scaled = actionsOf(
          events.map((event) => resized(event, scale)),
          {
            tickMicroseconds: 1000,
            rules: scaledRules(scale),
          },
        ).actions.map(({ kind, events: ranges }) => ({ kind, ranges }));
        expect(scaled).toEqual(plain);
      }),
      runs,
    );
  });

  it('with a finer clock gives the same actions', () => {
    fc.assert(
      fc.property(recording, (events) => {
        const fine = events.map((event) =>
          event.kind === 'gap'
            ? { ...event, t: event.t * 10, until: event.until * 10 }
            : { ...event, t: event.t * 10 },
        );
        expect(actionsOf(fine, { tickMicroseconds: 100 }).actions.map(({ kind }) => kind)).toEqual(
          reduce(events).actions.map(({ kind }) => kind),
        );
      }),
      runs,
    );
  });

  it('[ACT33] ends a run that has taken 1,024 presses of modifiers', () => {
    const capital = (t: number) => [hold(t, 'Shift'), key('keydown', t), letGo(t, 'Shift')];
    const { actions } = reduce(Array.from({ length: 3000 }, (_, i) => capital(i * 100)).flat());
    expect(actions).toHaveLength(3);
    expect(actions.every(({ kind }) => kind === 'type')).toBe(true);
  });

  it('takes absurd recordings in bounded memory: one press, a million changes', () => {
    const actions: Action[] = [];
    let remainders = 0;
    const reducer = new ActionReducer(
      { action: (action) => actions.push(action), remainder: () => remainders++ },
      { tickMicroseconds: 1000 },
    );
    reducer.push(down(0, 1, 1));
    for (let i = 0; i < 300_000; i++) {
      reducer.push(move(i, 1, 1));
      reducer.push(state(i, i, i % 2 === 0));
    }
    expect(remainders).toBe(0);
    reducer.push(up(300_000, 1, 1));
    reducer.end();
    expect(actions).toMatchObject([{ kind: 'click', events: [{ from: 0, to: 600_001 }] }]);
  });
});

function shifted(event: RecordedEvent, by: number): RecordedEvent {
  return event.kind === 'gap'
    ? { ...event, t: event.t + by, until: event.until + by }
    : { ...event, t: event.t + by };
}

function shiftedAction(action: Action, by: number): Action {
  const { before } = action;
  const moved = {
    ...action,
    t: action.t + by,
    until: action.until + by,
    before: { ...before, t: before.t + by },
  };
  if (moved.kind === 'drag') moved.path = moved.path.map((point) => ({ ...point, t: point.t + by }));
  return moved as Action;
}

function resized(event: RecordedEvent, scale: number): RecordedEvent {
  if (event.kind === 'geometry') {
    const { width, height } = event.viewport;
    return { ...event, viewport: { width: width * scale, height: height * scale } };
  }
  return 'x' in event && 'y' in event ? { ...event, x: event.x * scale, y: event.y * scale } : event;
}

function scaledRules(scale: number) {
  return {
    ...RULES,
    dragPx: RULES.dragPx * scale,
    excursionPx: RULES.excursionPx * scale,
    repeatPx: RULES.repeatPx * scale,
  };
}
