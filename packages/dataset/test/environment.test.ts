import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EnvironmentEnded, type RecordedStep, TaskEnvironment } from '../src/environment.ts';
import type { ModelAction } from '../src/export/model-action.ts';

const click = (x: number, y: number): ModelAction => ({
  kind: 'click',
  button: 'left',
  count: 1,
  at: { x, y },
  held: [],
});
const type = (text: string): ModelAction => ({ kind: 'type', text });
const scroll = (dx: number, dy: number): ModelAction => ({
  kind: 'scroll',
  at: { x: 0.5, y: 0.5 },
  dx,
  dy,
  held: [],
});
const step = (from: string, done: ModelAction | null, own: Partial<RecordedStep> = {}): RecordedStep => ({
  from,
  done,
  box: null,
  dropBox: null,
  masked: false,
  ...own,
});

const STEPS: RecordedStep[] = [
  step('a', click(0.5, 0.5), { box: { x: 0.45, y: 0.48, width: 0.1, height: 0.05 } }),
  step('b', type('240.00')),
  step('c', type('xxxx'), { masked: true }),
  step('c', { kind: 'keys', keys: ['Control', 's'], count: 1 }),
  step('a', scroll(0, 3)),
  step('n', null),
  step('d', click(0.9, 0.9)),
];
const PERFECT: ModelAction[] = [
  click(0.54, 0.52),
  type('240.00'),
  type('anything'),
  { kind: 'keys', keys: ['S', 'control'], count: 1 },
  scroll(0, 1),
  click(0.91, 0.89),
];

describe('a recorded task as an environment', () => {
  it('[ENV13] a player that repeats what was recorded reaches the final node', () => {
    const environment = new TaskEnvironment(STEPS, 'end');
    for (const action of PERFECT) expect(environment.act(action).matched).toBe(true);
    expect(environment.atFinalNode).toBe(true);
    expect(environment.act({ kind: 'done', success: true }).ended).toBe(true);
    expect(() => environment.act({ kind: 'wait', seconds: 1 })).toThrow(EnvironmentEnded);
    environment.reset();
    expect(environment.node).toBe('a');
  });

  it('[ENV15] a choice is matched by the call for it, or by a click, its text and Enter', () => {
    const box = { x: 0.4, y: 0.4, width: 0.2, height: 0.1 };
    const chosen = (text: string, at: { x: number; y: number } | null): ModelAction => ({
      kind: 'select',
      at,
      text,
    });
    const enter: ModelAction = { kind: 'keys', keys: ['enter'], count: 1 };
    const steps = (masked = false) => [
      step('a', chosen('New York', { x: 0.5, y: 0.45 }), { box, masked }),
      step('b', type('x')),
    ];
    const play = (masked: boolean, ...actions: ModelAction[]) => {
      const environment = new TaskEnvironment(steps(masked), 'end');
      return actions.map((action) => {
        const { matched, unchecked, node } = environment.act(action);
        return `${node}${matched ? '' : ' no'}${unchecked ? ' unchecked' : ''}`;
      });
    };
    expect(play(false, chosen('New  York', { x: 0.41, y: 0.41 }))).toEqual(['b']);
    expect(play(false, chosen('New York', null))).toEqual(['b']);
    expect(play(false, chosen('Boston', null), chosen('New York', { x: 0.1, y: 0.1 }))).toEqual([
      'a no',
      'a no',
    ]);
    expect(play(true, chosen('anything', null))).toEqual(['b unchecked']);
    expect(play(false, click(0.45, 0.45), type('New York'), enter, enter)).toEqual(['a', 'b', 'b', 'b no']);
    expect(play(false, click(0.9, 0.9), type('Boston'), enter)).toEqual(['a no', 'a no', 'a no']);
    expect(play(false, click(0.45, 0.45), enter)).toEqual(['a', 'a']);
  });

  it('[ENV4] a click outside of the target’s box does not match; without a box it must be near', () => {
    const environment = new TaskEnvironment(STEPS, 'end');
    expect(environment.act(click(0.44, 0.5))).toMatchObject({ matched: false, node: 'a' });
    expect(environment.act({ ...click(0.5, 0.5), count: 2 } as ModelAction).matched).toBe(false);
    const alone = new TaskEnvironment([step('d', click(0.9, 0.9))], 'end');
    expect(alone.act(click(0.93, 0.9)).matched).toBe(false);
    expect(alone.act(click(0.919, 0.9)).matched).toBe(true);
  });

  it('[ENV6] open text must be equal; masked text takes any and says so', () => {
    const environment = new TaskEnvironment(STEPS.slice(1), 'end');
    expect(environment.act(type('240')).matched).toBe(false);
    expect(environment.act(type('240.00'))).toMatchObject({
      matched: true,
      unchecked: false,
    });
    expect(environment.act(type('')).matched).toBe(false);
    expect(environment.act(type('x'))).toMatchObject({ matched: true, unchecked: true });
  });

  it('[ENV11] of several fitting edges the soonest after the last one is taken', () => {
    const loop = [step('a', click(0.1, 0.1)), step('b', click(0.2, 0.2)), step('a', click(0.1, 0.1))];
    const environment = new TaskEnvironment(loop, 'end');
    environment.act(click(0.1, 0.1));
    environment.act(click(0.2, 0.2));
    expect(environment.act(click(0.1, 0.1)).node).toBe('end');
  });

  it('[ENV10] a wait stays where none was recorded, and counts as matched', () => {
    const environment = new TaskEnvironment(STEPS, 'end');
    expect(environment.act({ kind: 'wait', seconds: 1 })).toMatchObject({ matched: true, node: 'a' });
  });

  it('[ENV3][ENV12] whatever an agent does, the same actions give the same answers and only known nodes', () => {
    const point = fc.record({ x: fc.double({ min: -1, max: 2 }), y: fc.double({ min: -1, max: 2 }) });
    const action: fc.Arbitrary<ModelAction> = fc.oneof(
      fc.constantFrom(...PERFECT),
      point.map(({ x, y }) => click(x, y)),
      fc.string().map(type),
      fc.array(fc.string()).map((keys): ModelAction => ({ kind: 'keys', keys, count: 1 })),
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

  it('needs an action that an agent could do', () => {
    expect(() => new TaskEnvironment([], 'end')).toThrow(RangeError);
    expect(() => new TaskEnvironment([step('n', null)], 'end')).toThrow(RangeError);
  });
});
