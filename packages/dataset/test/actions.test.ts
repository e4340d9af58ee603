import type { NavigateEvent } from '@aboveboard/protocol/event';
import { describe, expect, it } from 'vitest';
import type { Action } from '../src/action.ts';
import {
  click,
  down,
  focus,
  front,
  gap,
  geometry,
  hold,
  key,
  kindsOf,
  letGo,
  move,
  navigate,
  reduce,
  rulesOf,
  state,
  text,
  typed,
  up,
  wheel,
} from './event-rows.ts';

function first<K extends Action['kind']>(events: Parameters<typeof reduce>[0], kind: K): OfKind<K> {
  const found = reduce(events).actions.find((action) => action.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found as OfKind<K>;
}
type OfKind<K extends Action['kind']> = Action extends infer A
  ? A extends Action
    ? K extends A['kind']
      ? A
      : never
    : never
  : never;

describe('events and actions', () => {
  it('[ACT2] names the events of an action, and nothing else lies in their ranges', () => {
    const [click] = reduce([
      move(0, 1, 1),
      down(10, 5, 5),
      move(20, 6, 5),
      up(90, 6, 5),
      move(95, 9, 9),
    ]).actions;
    expect(click).toMatchObject({ kind: 'click', events: [{ from: 1, to: 3 }], t: 10, until: 90 });
  });

  it('[ACT4] gives places in pixels and as fractions of the viewport of that time', () => {
    const events = [
      geometry(0, 200, 100),
      ...click(10, 50, 50),
      geometry(500, 400, 200),
      ...click(1000, 50, 50),
    ];
    expect(reduce(events).actions).toMatchObject([
      { at: { x: 50, y: 50, nx: 0.25, ny: 0.5 } },
      { at: { x: 50, y: 50, nx: 0.125, ny: 0.25 } },
    ]);
    expect(first(click(0, 5, 5), 'click').at).toEqual({ x: 5, y: 5, nx: null, ny: null });
    expect(first([geometry(0, 10, 10), ...click(5, -5, 30)], 'click').at).toMatchObject({ nx: -0.5, ny: 3 });
  });
});

describe('time', () => {
  it('[ACT5] a tick that runs back counts as the latest; events at one tick keep their order', () => {
    expect(reduce([down(100, 5, 5), up(90, 5, 5)]).actions).toMatchObject([{ t: 100, until: 100 }]);
    expect(kindsOf([down(7, 5, 5), up(7, 5, 5), down(7, 5, 5), up(7, 5, 5)])).toEqual(['double-click']);
  });

  it('[ACT6] a jump of the clock ends what is open', () => {
    expect(kindsOf([down(0, 5, 5), up(70_000, 5, 5)])).toEqual([]);
    expect(rulesOf([down(0, 5, 5), up(70_000, 5, 5)])).toEqual(['orphan-press', 'orphan-release']);
    expect(kindsOf([down(0, 5, 5), up(59_000, 5, 5)])).toEqual(['click']);
  });

  it('[ACT7] a gap closes typing and scrolling, and leaves a press over', () => {
    expect(kindsOf([...typed(0), gap(100, 200), ...typed(300)])).toEqual(['type', 'type']);
    expect(kindsOf([down(0, 5, 5), gap(100, 200), up(300, 5, 5)])).toEqual([]);
    expect(kindsOf([...click(0, 5, 5), gap(100, 101), ...click(150, 5, 5)])).toEqual(['click', 'click']);
  });

  it('[ACT8] what is said to lie in a gap or a pause makes no action', () => {
    const events = [gap(100, 500), ...click(200, 5, 5), ...click(500, 5, 5)];
    expect(reduce(events).actions).toMatchObject([{ t: 500 }]);
    const paused = [
      { kind: 'pause', t: 0, cause: 'contributor' } as const,
      ...click(200, 5, 5),
      { kind: 'resume', t: 400 } as const,
      ...click(500, 5, 5),
    ];
    expect(reduce(paused).actions).toMatchObject([{ t: 500 }]);
  });
});

describe('before', () => {
  it('[ACT10] is the last settled state earlier than the input, with its age, never the reaction', () => {
    const events = [
      state(10, 0),
      state(50, 1, false),
      ...click(100, 5, 5),
      state(120, 2, false),
      state(180, 3),
    ];
    expect(first(events, 'click').before).toEqual({ t: 10, state: 0, age: 90, stale: false });
  });

  it('[ACT10] a state that settled at the very tick of the input is not before it', () => {
    const events = [state(10, 0), state(100, 1), ...click(100, 5, 5)];
    expect(first(events, 'click').before).toEqual({ t: 10, state: 0, age: 90, stale: false });
  });

  it('[ACT10] of a double click it is from before its first press', () => {
    const events = [state(10, 0), ...click(100, 5, 5), state(190, 1), ...click(250, 5, 5)];
    expect(first(events, 'double-click').before).toMatchObject({ t: 10 });
  });

  it('[ACT10] it is that of the surface in front', () => {
    const events = [front(0, 0), state(10, 0, true, 0), state(60, 1, true, 1), ...click(100, 5, 5)];
    expect(first(events, 'click').before).toMatchObject({ t: 10 });
  });

  it('[ACT11] says when another action lies in between', () => {
    const events = [state(10, 0), ...click(100, 5, 5), ...click(800, 90, 90)];
    expect(reduce(events).actions.map(({ before }) => before.stale)).toEqual([false, true]);
  });

  it('[ACT12] without a settled state it is 100 ms earlier, after the last action and after a gap', () => {
    expect(first(click(500, 5, 5), 'click').before).toEqual({ t: 400, state: null, age: null, stale: false });
    expect(reduce([...click(500, 5, 5), ...click(620, 90, 5)]).actions[1]?.before.t).toBe(580);
    const cut = [state(10, 0), gap(100, 480), ...click(500, 5, 5)];
    expect(first(cut, 'click').before).toEqual({ t: 480, state: null, age: null, stale: false });
  });
});

describe('pointer', () => {
  it('[ACT20] more than 6 px, or an excursion of more than 24 px, is a drag', () => {
    expect(kindsOf([down(0, 0, 0), up(50, 6, 0)])).toEqual(['click']);
    expect(kindsOf([down(0, 0, 0), up(50, 6.01, 0)])).toEqual(['drag']);
    expect(kindsOf([down(0, 0, 0), move(10, 24, 0), up(50, 0, 0)])).toEqual(['click']);
    expect(kindsOf([down(0, 0, 0), move(10, 25, 0), up(50, 0, 0)])).toEqual(['drag']);
  });

  it('[ACT21] clicks repeat under 4 px and within 500 ms with the same modifiers', () => {
    expect(kindsOf([...click(0, 0, 0), ...click(500, 3.9, 0)])).toEqual(['double-click']);
    expect(kindsOf([...click(0, 0, 0), ...click(501, 0, 0)])).toEqual(['click', 'click']);
    expect(kindsOf([...click(0, 0, 0), ...click(200, 4, 0)])).toEqual(['click', 'click']);
    const four = [0, 200, 400, 600].flatMap((t) => click(t, 5, 5));
    expect(kindsOf(four)).toEqual(['triple-click', 'click']);
    expect(
      kindsOf([...click(0, 5, 5), hold(100, 'Control'), ...click(200, 5, 5), letGo(300, 'Control')]),
    ).toEqual(['click', 'click']);
  });

  it('[ACT21] a repeated press that becomes a drag leaves the click before it a click', () => {
    expect(kindsOf([...click(0, 0, 0), down(200, 0, 0), up(400, 60, 0)])).toEqual(['click', 'drag']);
  });

  it('[ACT22] right and middle clicks do not repeat; other buttons are no action', () => {
    expect(kindsOf([...click(0, 0, 0, 2), ...click(100, 0, 0, 2)])).toEqual(['right-click', 'right-click']);
    expect(kindsOf(click(0, 0, 0, 1))).toEqual(['middle-click']);
    expect(rulesOf(click(0, 0, 0, 3))).toEqual(['other-button']);
  });

  it('[ACT23] a resize between press and release does not make a drag', () => {
    expect(kindsOf([geometry(0, 100, 100), down(1, 50, 50), geometry(2, 200, 200), up(3, 100, 100)])).toEqual(
      ['click'],
    );
  });

  it('[ACT24] orphans are left over', () => {
    expect(kindsOf([up(0, 1, 1), down(10, 1, 1), ...click(800, 1, 1)])).toEqual(['click']);
    expect(rulesOf([up(0, 1, 1), down(10, 1, 1)])).toEqual(['orphan-press', 'orphan-release']);
  });

  it('[ACT25] other input during a press ends it there', () => {
    const events = [down(0, 0, 0), ...typed(10), up(50, 0, 0)];
    expect(kindsOf(events)).toEqual(['click', 'type']);
    expect(rulesOf(events)).toContain('orphan-release');
    expect(kindsOf([down(0, 0, 0), move(5, 30, 0), wheel(10, 100), up(50, 30, 0)])).toEqual([
      'drag',
      'scroll',
    ]);
    expect(kindsOf([down(0, 0, 0), hold(5, 'Shift'), up(50, 0, 0), letGo(60, 'Shift')])).toEqual(['click']);
  });

  it('[ACT26] the path of a drag of any length has at most 1,024 points, its ends among them', () => {
    const moves = Array.from({ length: 50_000 }, (_, i) => move(i + 1, i / 10, 0));
    const { path } = first([down(0, 0, 0), ...moves, up(60_000, 5000, 0)], 'drag');
    expect(path.length).toBeLessThanOrEqual(1024);
    expect(path.length).toBeGreaterThan(400);
    expect([path[0], path.at(-1)]).toEqual([
      { t: 0, x: 0, y: 0 },
      { t: 60_000, x: 5000, y: 0 },
    ]);
  });

  it('[ACT27] turns of the wheel in one direction are one scroll', () => {
    expect(first([wheel(0, 100), wheel(900, 100), move(950, 1, 1), wheel(1900, 50)], 'scroll')).toMatchObject(
      {
        dy: 250,
        turns: 3,
        until: 1900,
      },
    );
    expect(kindsOf([wheel(0, 100), wheel(1001, 100)])).toEqual(['scroll', 'scroll']);
    expect(kindsOf([wheel(0, 100), wheel(10, -100)])).toEqual(['scroll', 'scroll']);
    expect(kindsOf([wheel(0, 100), ...click(10, 1, 1), wheel(200, 100)])).toEqual([
      'scroll',
      'click',
      'scroll',
    ]);
    expect(kindsOf([wheel(0, 0)])).toEqual([]);
  });

  it('[ACT28] a hover counts when it changed a settled page and was not the way to a click there', () => {
    const hover = [state(0, 0), move(3000, 40, 40), state(3100, 1, false), state(3600, 2)];
    expect(kindsOf([...hover, move(4000, 90, 90), ...click(4100, 90, 90)])).toEqual(['hover', 'click']);
    expect(kindsOf([...hover, ...click(4100, 42, 42)])).toEqual(['click']);
    expect(kindsOf(hover)).toEqual([]);
    expect(rulesOf(hover)).toContain('hover');
    const ticking = [
      state(0, 0),
      state(2000, 1, false),
      state(2500, 2),
      move(2900, 40, 40),
      state(3000, 3, false),
    ];
    expect(kindsOf([...ticking, ...click(4100, 90, 90)])).toEqual(['click']);
  });
});

describe('keys', () => {
  it('[ACT30] typing is one run with its corrections', () => {
    const events = [...typed(0), ...typed(100), key('keydown', 200, 'Backspace', 'delete'), ...typed(300)];
    expect(first(events, 'type')).toMatchObject({ keys: 3, deletions: 1, value: null });
    expect(kindsOf([...typed(0), ...typed(5001)])).toEqual(['type', 'type']);
    expect(kindsOf([key('keydown', 0, 'Backspace', 'delete'), ...typed(100)])).toEqual(['key', 'type']);
  });

  it('[ACT30] capitals do not break the run', () => {
    const events = [...typed(0), hold(90, 'Shift'), ...typed(100), letGo(150, 'Shift'), ...typed(200)];
    expect(reduce(events).actions).toMatchObject([{ kind: 'type', keys: 3, events: [{ from: 0, to: 7 }] }]);
  });

  it('[ACT31] the text event of the element says what was typed, also when it comes inside a later click', () => {
    const events = [focus(0, 7), ...typed(10), down(500, 9, 9), text(510, 'ACME', 7), up(580, 9, 9)];
    expect(reduce(events).actions).toMatchObject([
      {
        kind: 'type',
        node: 7,
        value: { open: true, text: 'ACME' },
        events: [
          { from: 1, to: 2 },
          { from: 4, to: 4 },
        ],
      },
      {
        kind: 'click',
        events: [
          { from: 3, to: 3 },
          { from: 5, to: 5 },
        ],
      },
    ]);
  });

  it('[ACT31] text that no keys told of is an action; text of another element is not given to a run', () => {
    expect(first([text(5, 'pasted', 3)], 'type')).toMatchObject({ keys: 0, value: { text: 'pasted' } });
    const other = [focus(0, 7), ...typed(10), ...click(500, 9, 9), text(900, 'x', 8)];
    expect(reduce(other).actions.map((action) => ('value' in action ? action.value : action.kind))).toEqual([
      null,
      'click',
      { open: true, text: 'x' },
    ]);
  });

  it('[ACT31] a run waits for at most 32 actions', () => {
    const clicks = Array.from({ length: 40 }, (_, i) => click(1000 + i * 1000, i * 30, 0)).flat();
    const { actions } = reduce([focus(0, 7), ...typed(10), ...clicks, text(60_000, 'late', 7)]);
    expect(actions[0]).toMatchObject({ kind: 'type', value: null });
    expect(actions.at(-1)).toMatchObject({ kind: 'type', keys: 0 });
  });

  it('[ACT32] the same key again within a second counts up', () => {
    const arrow = (t: number) => key('keydown', t, 'ArrowDown', 'navigation');
    expect(reduce([arrow(0), arrow(900), arrow(2000)]).actions).toMatchObject([{ count: 2 }, { count: 1 }]);
    const undo = [
      hold(0, 'Control'),
      key('keydown', 50, 'ctrl+z', 'shortcut'),
      key('keydown', 400, 'ctrl+z', 'shortcut'),
    ];
    expect(first([...undo, letGo(600, 'Control')], 'shortcut')).toMatchObject({ name: 'ctrl+z', count: 2 });
  });

  it('[ACT33] modifiers belong to the action that they serve', () => {
    const events = [hold(0, 'Control'), move(5, 5, 5), ...click(10, 5, 5), letGo(200, 'Control')];
    expect(reduce(events).actions).toMatchObject([
      {
        kind: 'click',
        modifiers: ['Control'],
        events: [
          { from: 0, to: 0 },
          { from: 2, to: 3 },
        ],
      },
    ]);
    expect(first([hold(0, 'Meta'), letGo(90, 'Meta')], 'key')).toMatchObject({ name: 'Meta' });
    expect(kindsOf([hold(0, 'Shift'), letGo(90, 'Shift')])).toEqual([]);
  });

  it('[ACT34] keys held at the end are left over', () => {
    expect(rulesOf([hold(0, 'Control'), hold(5, 'Alt')])).toEqual(['held-at-end']);
  });
});

describe('interface', () => {
  it('[ACT40] a navigation without input is an action; the first, and what a click brought, is none', () => {
    const events = [navigate(0, '/a'), ...click(1000, 5, 5), navigate(1500, '/b'), navigate(1600, '/c')];
    expect(kindsOf(events)).toEqual(['click']);
    expect(kindsOf([...events, navigate(9000, '/d')])).toEqual(['click', 'navigate']);
    expect(kindsOf([...events, navigate(3000, '/d')])).toEqual(['click', 'navigate']);
  });

  it.each([
    ['at its very start', 0],
    ['in its middle', 60_000],
  ])('[ACT40] a recording paused %s says again where it is: nobody went anywhere', (_, t) => {
    const pause = { kind: 'pause', t: t + 20, cause: 'contributor' } as const;
    const paused = [navigate(0, '/a'), state(t, 0), pause, { kind: 'resume', t: t + 9000 } as const];
    expect(kindsOf([...paused, navigate(t + 9010, '/a')])).toEqual([]);
    expect(kindsOf([...paused, navigate(t + 9010, '/elsewhere')])).toEqual([]);
    expect(kindsOf([...paused, navigate(t + 9010, '/a'), navigate(t + 20_000, '/b')])).toEqual(['navigate']);
    const within = { ...(navigate(t + 9010, '/b') as NavigateEvent), cause: 'history' } as const;
    expect(kindsOf([...paused, within])).toEqual(['navigate']);
    expect(kindsOf([navigate(0, '/a'), gap(10, 9000), navigate(9000, '/a')])).toEqual([]);
  });

  it('[ACT40] bringing another surface to the front is one with the cause switch', () => {
    const events = [front(0, 0), navigate(1, '/a'), navigate(2, '/b', 1), front(9000, 1)];
    expect(first(events, 'navigate')).toMatchObject({ cause: 'switch', surface: 1, path: '/b' });
    expect(kindsOf([state(0, 0, true, 3), geometry(0, 9, 9, 3), front(1, 3), front(2, 3)])).toEqual([]);
  });

  it('[ACT41] waits for the page to settle, once, and not for a page that had settled', () => {
    const slow = [state(0, 0), ...click(100, 5, 5), state(200, 1, false), state(1180, 2)];
    expect(first(slow, 'wait')).toMatchObject({ t: 180, until: 1180 });
    expect(kindsOf([...slow, state(5000, 3, false), state(7000, 4), ...click(8000, 5, 5)])).toEqual([
      'click',
      'wait',
      'click',
    ]);
    const quick = [state(0, 0), ...click(100, 5, 5), state(200, 1, false), state(700, 2)];
    expect(kindsOf([...quick, state(1300, 3, false), state(2300, 4)])).toEqual(['click']);
  });
});
