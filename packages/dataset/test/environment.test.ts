import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action } from '../src/action.ts';
import {
  type AgentAction,
  EnvironmentEnded,
  type RecordedStep,
  TaskEnvironment,
} from '../src/environment.ts';

const base = {
  index: 0,
  t: 0,
  until: 0,
  surface: 0,
  node: 1,
  events: [],
  before: { t: 0, state: 0, age: 0, stale: false },
};
const place = (nx: number, ny: number) => ({ x: nx * 1000, y: ny * 800, nx, ny });
const box = (x: number, y: number) => ({ x, y, width: 0.1, height: 0.05 });
const click = (nx: number, ny: number): Action => ({
  ...base,
  kind: 'click',
  at: place(nx, ny),
  modifiers: [],
});
const type = (text: string | null): Action => ({
  ...base,
  kind: 'type',
  keys: 3,
  deletions: 0,
  value: text === null ? { open: false, length: 8, script: 'latin' } : { open: true, text },
});
const step = (from: string, action: Action, own: RecordedStep['box'] = null): RecordedStep => ({
  from,
  action,
  box: own,
  dropBox: null,
});

const STEPS: RecordedStep[] = [
  step('a', click(0.5, 0.5), box(0.45, 0.48)),
  step('b', type('240.00')),
  step('c', type(null)),
  step('c', { ...base, kind: 'shortcut', name: 'ctrl+s', count: 1, modifiers: [] }),
  step('a', {
    ...base,
    kind: 'scroll',
    at: place(0.5, 0.5),
    dx: 0,
    dy: 300,
    mode: 'pixel',
    turns: 3,
    modifiers: [],
  }),
  step('d', click(0.9, 0.9)),
];
const PERFECT: AgentAction[] = [
  { kind: 'click', x: 0.54, y: 0.52 },
  { kind: 'type', text: '240.00' },
  { kind: 'type', text: 'anything' },
  { kind: 'key', name: 'Control+S' },
  { kind: 'scroll', dx: 0, dy: 10 },
  { kind: 'click', x: 0.91, y: 0.89 },
];

describe('a recorded task as an environment', () => {
  it('[ENV13] a player that repeats what was recorded reaches the final node', () => {
    const environment = new TaskEnvironment(STEPS, 'end');
    for (const action of PERFECT) expect(environment.act(action).matched).toBe(true);
    expect(environment.atFinalNode).toBe(true);
    expect(environment.act({ kind: 'done' }).ended).toBe(true);
    expect(() => environment.act({ kind: 'wait' })).toThrow(EnvironmentEnded);
    environment.reset();
    expect(environment.node).toBe('a');
  });

  it('[ENV4] a click outside of the target’s box does not match; without a box it must be near', () => {
    const environment = new TaskEnvironment(STEPS, 'end');
    expect(environment.act({ kind: 'click', x: 0.44, y: 0.5 })).toMatchObject({ matched: false, node: 'a' });
    expect(environment.act({ kind: 'double-click', x: 0.5, y: 0.5 }).matched).toBe(false);
    const alone = new TaskEnvironment([step('d', click(0.9, 0.9))], 'end');
    expect(alone.act({ kind: 'click', x: 0.93, y: 0.9 }).matched).toBe(false);
    expect(alone.act({ kind: 'click', x: 0.919, y: 0.9 }).matched).toBe(true);
  });

  it('[ENV6] open text must be equal; masked text takes any and says so', () => {
    const environment = new TaskEnvironment(STEPS.slice(1), 'end');
    expect(environment.act({ kind: 'type', text: '240' }).matched).toBe(false);
    expect(environment.act({ kind: 'type', text: '240.00' })).toMatchObject({
      matched: true,
      unchecked: false,
    });
    expect(environment.act({ kind: 'type', text: '' }).matched).toBe(false);
    expect(environment.act({ kind: 'type', text: 'x' })).toMatchObject({ matched: true, unchecked: true });
  });

  it('[ENV11] of several fitting edges the soonest after the last one is taken', () => {
    const loop = [step('a', click(0.1, 0.1)), step('b', click(0.2, 0.2)), step('a', click(0.1, 0.1))];
    const environment = new TaskEnvironment(loop, 'end');
    environment.act({ kind: 'click', x: 0.1, y: 0.1 });
    environment.act({ kind: 'click', x: 0.2, y: 0.2 });
    expect(environment.act({ kind: 'click', x: 0.1, y: 0.1 }).node).toBe('end');
  });

  it('[ENV10] a wait stays where none was recorded, and counts as matched', () => {
    const environment = new TaskEnvironment(STEPS, 'end');
    expect(environment.act({ kind: 'wait' })).toMatchObject({ matched: true, node: 'a' });
  });

  it('[ENV3][ENV12] whatever an agent does, the same actions give the same answers and only known nodes', () => {
    const point = fc.record({ x: fc.double({ min: -1, max: 2 }), y: fc.double({ min: -1, max: 2 }) });
    const action: fc.Arbitrary<AgentAction> = fc.oneof(
      fc.constantFrom(...PERFECT),
      point.map((at) => ({ kind: 'click' as const, ...at })),
      fc.string().map((text) => ({ kind: 'type' as const, text })),
      fc.string().map((name) => ({ kind: 'key' as const, name })),
    );
    const known = new Set([...STEPS.map((one) => one.from), 'end']);
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const [one, other] = [new TaskEnvironment(STEPS, 'end'), new TaskEnvironment(STEPS, 'end')];
        for (const given of actions) {
          const before = one.node;
          const answer = one.act(given);
          expect(answer).toEqual(other.act(given));
          expect(known.has(answer.node)).toBe(true);
          if (!answer.matched) expect(answer.node).toBe(before);
        }
      }),
    );
  });

  it('needs an action', () => {
    expect(() => new TaskEnvironment([], 'end')).toThrow(RangeError);
  });
});
