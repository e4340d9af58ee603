import { describe, expect, it } from 'vitest';
import type { Action } from '../src/action.ts';
import { choosing, modelActionOf } from '../src/export/model-action.ts';
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
  reduce,
  select,
  state,
  typed,
  up,
} from './event-rows.ts';

describe('choosing in a list', () => {
  /** The page hears of the choice between the key's press and its release. */
  const arrow = (t: number, value?: string) => [
    key('keydown', t, 'ArrowDown', 'navigation'),
    ...(value ? [select(t + 1, value, 7)] : []),
    key('keyup', t + 40, 'ArrowDown', 'navigation'),
  ];

  it('[ACT35] by mouse: the click that opened it is part of the choice, however long it was open', () => {
    const events = [state(0, 0), ...click(1000, 50, 50, 0, 7), focus(1001, 7), select(9000, 'Travel', 7)];
    const { actions } = reduce([geometry(0, 100, 100), ...events]);
    expect(actions).toMatchObject([
      {
        kind: 'select',
        t: 1000,
        until: 9000,
        node: 7,
        option: 8,
        value: { open: true, text: 'Travel' },
        at: { nx: 0.5, ny: 0.5 },
        before: { t: 0 },
        events: [
          { from: 2, to: 3 },
          { from: 5, to: 5 },
        ],
      },
    ]);
  });

  it('[ACT35] [ACT37] by keys: letters, arrows and a space are part of it, and have no place', () => {
    const typed7 = [focus(0, 7), key('keydown', 100), select(101, 'Recent', 7), key('keyup', 140)];
    const { actions } = reduce(typed7);
    expect(actions).toMatchObject([{ kind: 'select', at: null, node: 7, t: 100, until: 101 }]);
    const model = modelActionOf(actions[0] as Action, { tickMicroseconds: 1000 });
    if (typeof model === 'string' || model.kind !== 'select') throw new Error('not a choice');
    // Nothing is clicked that was not: the keys go to what has the focus.
    expect(choosing(model).map(({ kind }) => kind)).toEqual(['type', 'keys']);
    const two = [focus(0, 7), ...typed(100), key('keydown', 200, 'Space', 'navigation'), ...typed(300)];
    expect(kindsOf([...two, select(310, 'New York', 7)])).toEqual(['select']);
    expect(kindsOf([focus(0, 7), ...arrow(100, 'B')])).toEqual(['select']);
  });

  it('[ACT35] what was done elsewhere, long before, or for something else stays what it was', () => {
    expect(kindsOf([...click(0, 5, 5, 0, 3), select(2000, 'B', 7)])).toEqual(['click', 'select']);
    expect(kindsOf([focus(0, 3), ...typed(10), focus(400, 7), ...typed(500), select(501, 'B', 7)])).toEqual([
      'type',
      'select',
    ]);
    expect(kindsOf([focus(0, 7), ...typed(0), select(6000, 'B', 7)])).toEqual(['type', 'select']);
    expect(kindsOf([...click(0, 5, 5, 0, 7), select(2000, 'B')])).toEqual(['click', 'select']);
    expect(kindsOf([front(0, 0), ...click(1, 5, 5, 0, 7), front(900, 1), select(2000, 'B', 7)])).toEqual([
      'click',
      'select',
    ]);
    const saved = [hold(0, 'Control'), key('keydown', 10, 'ctrl+s', 'shortcut'), letGo(90, 'Control')];
    expect(kindsOf([focus(0, 7), ...saved, ...arrow(500, 'B')])).toEqual(['shortcut', 'select']);
    expect(kindsOf([...click(0, 5, 5, 0, 7), gap(1000, 1001), select(2000, 'B', 7)])).toEqual([
      'click',
      'select',
    ]);
    expect(kindsOf([...click(0, 5, 5, 0, 7), ...click(3000, 90, 90, 0, 9)])).toEqual(['click', 'click']);
  });

  it('[ACT35] a list that was opened, closed and opened again: one click stays', () => {
    const events = [...click(0, 5, 5, 0, 7), ...click(3000, 5, 5, 0, 7), select(5000, 'B', 7)];
    expect(reduce(events).actions).toMatchObject([
      { kind: 'click', t: 0 },
      { kind: 'select', t: 3000 },
    ]);
  });

  it('[ACT35] a page that moved by itself while the list was open was not waited for', () => {
    const events = [
      state(0, 0),
      ...click(100, 5, 5, 0, 7),
      state(700, 1, false),
      state(2500, 2),
      select(4000, 'B', 7),
    ];
    expect(kindsOf(events.slice(0, -1))).toEqual(['click', 'wait']);
    const { actions, remainders } = reduce(events);
    expect(actions.map(({ kind }) => kind)).toEqual(['select']);
    expect(remainders).toContainEqual({ rule: 'state', from: 4, to: 4 });
  });

  it('[ACT35] pressed, drawn to the option and let go: the press is part of it', () => {
    expect(kindsOf([down(0, 5, 5, 0, 7), select(900, 'B', 7), up(910, 5, 5)])).toEqual(['select']);
  });

  it('[ACT36] arrows through a closed list are one choice of the last option; a new click begins another', () => {
    const through = [focus(0, 7), ...arrow(100, 'B'), ...arrow(900, 'C')];
    expect(reduce(through).actions).toMatchObject([
      { kind: 'select', t: 100, until: 901, value: { text: 'C' } },
    ]);
    const again = [...click(3000, 5, 5, 0, 7), select(4000, 'D', 7)];
    expect(kindsOf([...through, ...again])).toEqual(['select', 'select']);
    expect(kindsOf([...through, ...arrow(6000, 'D')])).toEqual(['select', 'select']);
  });

  it('[ACT32] a space that types nothing is a press of a key; twice within a second it is two', () => {
    const space = (t: number) => key('keydown', t, 'Space', 'navigation');
    expect(reduce([focus(0, 7), space(10)]).actions).toMatchObject([
      { kind: 'key', name: 'Space', node: 7, count: 1 },
    ]);
    expect(reduce([focus(0, 7), space(10), space(500)]).actions).toMatchObject([{ name: 'Space', count: 2 }]);
  });
});
