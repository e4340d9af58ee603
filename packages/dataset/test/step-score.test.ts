import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBenchTask, readPlayedAction } from '../src/eval/bench-check.ts';
import { PLAYERS, type PlayerName } from '../src/eval/bench-players.ts';
import { type Player, scoreBench } from '../src/eval/bench-score.ts';
import type { BenchTask, PlayedAction, TruthAction } from '../src/eval/bench-task.ts';
import { editDistance, scoreStep } from '../src/eval/step-score.ts';

const at = (
  type: 'click' | 'dragTo' | 'moveTo',
  x: number,
  y: number,
  box?: [number, number, number, number],
): TruthAction => ({
  type,
  params: { position: { x, y } },
  metadata: { bboxes: box ? [{ category_id: 1, rel_bbox: box, abs_bbox: [0, 0, 1, 1], area: 1 }] : [] },
});
const write = (text: string): TruthAction => ({ type: 'write', params: { text } });
const press = (...keys: string[]): TruthAction => ({ type: 'press', params: { keys } });
const scroll = (amount: number): TruthAction => ({ type: 'scroll', params: { amount } });
const done = (status: 'success' | 'failure'): TruthAction => ({ type: 'terminate', params: { status } });
const total = (truth: TruthAction[], ...played: PlayedAction[]) => scoreStep(truth, played).total;

describe('the score of a step', () => {
  it('[EVA12] a place is right in the box and near the point, and less so with distance', () => {
    const boxed = [at('click', 0.5, 0.5, [0.4, 0.4, 0.2, 0.2])];
    expect(total(boxed, { type: 'click', x: 0.41, y: 0.59 })).toBe(1);
    expect(total(boxed, { type: 'click', x: 0.39, y: 0.5 })).toBeLessThan(0.01);
    const bare = [at('click', 0.5, 0.5)];
    expect(total(bare, { type: 'click', x: 0.509, y: 0.509 })).toBe(1);
    expect(total(bare, { type: 'click', x: 0.53, y: 0.5 })).toBeCloseTo(
      Math.exp(-120 * (0.03 - 0.01 * Math.SQRT2)),
    );
  });

  it('[EVA11] [EVA13] text and Enter are one, four fifths of it are all of it', () => {
    const truth = [write('hello world'), press('enter')];
    expect(total(truth, { type: 'write', text: 'Hello World' }, { type: 'press', keys: ['Return'] })).toBe(1);
    expect(total(truth, { type: 'write', text: 'hello worle\n' })).toBe(1);
    expect(total([write('abcdefghij')], { type: 'write', text: 'abcde' })).toBeCloseTo(0.5 / 0.8);
    expect(total([write('')], { type: 'write', text: ' ' })).toBe(1);
  });

  it('[EVA14] keys in order, scrolling by direction and amount, the status, and no more than was done', () => {
    expect(total([press('down', 'down')], { type: 'press', keys: ['down'] })).toBe(0);
    expect(
      total([{ type: 'hotkey', params: { keys: ['ctrl', 'v'] } }], { type: 'hotkey', keys: ['v', 'ctrl'] }),
    ).toBe(0);
    expect(total([scroll(-6)], { type: 'scroll', amount: -3 })).toBe(0.5);
    expect(total([scroll(-3)], { type: 'scroll', amount: 3 })).toBe(0);
    expect(total([done('success')], { type: 'terminate', status: 'success' })).toBe(1);
    expect(total([done('success')], { type: 'terminate', status: 'failure' })).toBe(0);
    const click: PlayedAction = { type: 'click', x: 0.5, y: 0.5 };
    expect(total([at('click', 0.5, 0.5)], click, { type: 'write', text: 'unexpected' })).toBe(0.5);
    expect(
      total([at('click', 0.5, 0.5), write('a')], { type: 'scroll', amount: 1 }, { type: 'write', text: 'a' }),
    ).toBe(0);
  });

  it('[EVA10] a kind counts once, however many actions it has', () => {
    const truth = [at('moveTo', 0.1, 0.1), at('dragTo', 0.9, 0.9), at('dragTo', 0.5, 0.5)];
    const score = scoreStep(truth, [
      { type: 'moveTo', x: 0.1, y: 0.1 },
      { type: 'dragTo', x: 0.9, y: 0.9 },
    ]);
    expect(score).toEqual({ total: 0.75, byKind: { moveTo: 1, dragTo: 0.5 } });
  });

  it('the edit distance is Levenshtein’s', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
      { seed: 3 },
    );
  });
});

const player = (name: PlayerName, tasks: readonly BenchTask[]): Player => {
  const make: (tasks: readonly BenchTask[], random: () => number) => Player = PLAYERS[name];
  return make(tasks, drawn(5));
};

const share = fc.double({ min: 0, max: 1, noNaN: true });
const truth: fc.Arbitrary<TruthAction> = fc.oneof(
  fc.record({ x: share, y: share }).map(({ x, y }) => at('click', x, y)),
  fc.string({ maxLength: 20 }).map(write),
  fc.constantFrom('enter', 'tab', 'f5').map((key) => press(key)),
  fc.integer({ min: -9, max: 9 }).map(scroll),
  fc.constantFrom('success' as const, 'failure' as const).map(done),
);
const task: fc.Arbitrary<BenchTask> = fc
  .array(fc.array(truth, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 })
  .map((steps) => ({
    task_id: 't',
    high_level_task_description: '',
    user_task_description: '',
    applications: [],
    steps: steps.map((actions, i) => ({ step_num: i + 1, image: null, ground_truth_actions: actions })),
  }));

/** Numbers that come again with the seed. */
const drawn = (seed: number) => {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

describe('a benchmark', () => {
  it('[EVA17] a perfect player has all of it, nobody more and nobody less than nothing', () => {
    fc.assert(
      fc.property(fc.array(task, { minLength: 1, maxLength: 4 }), (tasks) => {
        const played = (name: PlayerName) => scoreBench(tasks, player(name, tasks), drawn(7)).score;
        expect(played('perfect')).toMatchObject({ mean: 1, low: 1, high: 1 });
        for (const name of Object.keys(PLAYERS) as PlayerName[]) {
          const { mean, low, high } = played(name);
          expect(mean).toBeGreaterThanOrEqual(0);
          expect(mean).toBeLessThanOrEqual(1);
          expect(low).toBeLessThanOrEqual(high);
        }
      }),
      { seed: 9, numRuns: 25 },
    );
  });

  it('[EVA17] a shuffled player has what chance gives: the mean of every answer at every step', () => {
    const kinds = [at('click', 0.1, 0.1), at('click', 0.9, 0.9), write('one'), press('enter'), scroll(-2)];
    const steps = Array.from({ length: 60 }, (_, i) => [kinds[(i * i) % kinds.length] as TruthAction]);
    const tasks = steps.map((actions, i) => ({
      task_id: String(i),
      high_level_task_description: '',
      user_task_description: '',
      applications: [],
      steps: [{ step_num: 1, image: null, ground_truth_actions: actions }],
    }));
    const perfect = player('perfect', tasks);
    const chance =
      steps.reduce(
        (sum, wanted) =>
          sum +
          tasks.reduce(
            (own, other) =>
              own +
              scoreStep(wanted, perfect(other, other.steps[0] as BenchTask['steps'][number]) ?? []).total,
            0,
          ) /
            tasks.length,
        0,
      ) / steps.length;
    const rounds = Array.from(
      { length: 30 },
      (_, i) => scoreBench(tasks, PLAYERS.shuffled(tasks, drawn(i + 1)), drawn(2)).score.mean,
    );
    const mean = rounds.reduce((sum, one) => sum + one, 0) / rounds.length;
    expect(chance).toBeGreaterThan(0.15);
    expect(chance).toBeLessThan(0.5);
    expect(Math.abs(mean - chance)).toBeLessThan(0.03);
  });

  it('[EVA15] [EVA16] what is not answered scores nothing and is counted', () => {
    const steps = [[at('click', 0.5, 0.5)], [write('a')]].map((actions, i) => ({
      step_num: i + 1,
      image: null,
      ground_truth_actions: actions,
    }));
    const one: BenchTask = {
      task_id: 'a',
      high_level_task_description: '',
      user_task_description: '',
      applications: [],
      steps,
    };
    const half = scoreBench(
      [one],
      (_, { step_num: n }) => (n === 2 ? [{ type: 'write', text: 'a' }] : null),
      drawn(1),
    );
    expect(half).toMatchObject({ tasks: 1, steps: 2, unanswered: 1, score: { mean: 0.5, n: 2 } });
    expect(half.byKind).toMatchObject({ click: { mean: 0, n: 1 }, write: { mean: 1, n: 1 } });
  });
});

describe('task files', () => {
  const good = {
    task_id: 'a',
    high_level_task_description: 'do',
    steps: [
      {
        image: 'a_0.png',
        ground_truth_actions: [
          at('click', 0.5, 0.5, [0, 0, 1, 1]),
          { type: 'write', params: { content: 'x' } },
        ],
      },
    ],
    other: { anything: [1] },
  };

  it('[EVA1] [EVA2] of the peer are read: `content` for text, fields that nobody needs', () => {
    const read = readBenchTask(good);
    expect(read.ok && read.value.steps[0]?.ground_truth_actions).toEqual([
      at('click', 0.5, 0.5, [0, 0, 1, 1]).type === 'click' && {
        type: 'click',
        params: { position: { x: 0.5, y: 0.5 } },
        metadata: { bboxes: [{ category_id: 1, rel_bbox: [0, 0, 1, 1], abs_bbox: [0, 0, 1, 1], area: 1 }] },
      },
      { type: 'write', params: { text: 'x' } },
    ]);
  });

  it.each<[string, (task: Record<string, unknown>) => unknown, RegExp]>([
    ['no object', () => [], /EVA3 task/],
    ['no id', (t) => ({ ...t, task_id: 7 }), /EVA3 task_id/],
    ['billions of steps', (t) => ({ ...t, steps: new Array(10_001).fill({}) }), /EVA3 steps/],
    [
      'a picture elsewhere',
      (t) => ({ ...t, steps: [{ image: '../../etc/x', ground_truth_actions: [] }] }),
      /EVA4 steps\[0\]\.image/,
    ],
    ['a hidden picture', (t) => ({ ...t, steps: [{ image: '.x', ground_truth_actions: [] }] }), /EVA4/],
    [
      'a place beyond the picture',
      (t) => ({ ...t, steps: [{ image: null, ground_truth_actions: [at('click', 1.2, 0)] }] }),
      /EVA3 steps\[0\]\.ground_truth_actions\[0\]/,
    ],
    [
      'an unknown kind',
      (t) => ({ ...t, steps: [{ image: null, ground_truth_actions: [{ type: 'eval', params: {} }] }] }),
      /no kind/,
    ],
    [
      'a box of three',
      (t) => ({
        ...t,
        steps: [
          {
            image: null,
            ground_truth_actions: [{ ...at('click', 0, 0), metadata: { bboxes: [{ rel_bbox: [0, 0, 1] }] } }],
          },
        ],
      }),
      /boxes/,
    ],
  ])('[EVA3] [EVA4] with %s are refused', (_, spoil, says) => {
    const read = readBenchTask(spoil(structuredClone(good)));
    expect(read.ok).toBe(false);
    const said = read.ok
      ? ''
      : read.faults.map(({ rule, at: where, message }) => `${rule} ${where} ${message}`).join('\n');
    expect(said).toMatch(says);
  });

  it('[EVA3] tell all their faults at once, and any JSON is answered', () => {
    const read = readBenchTask({ steps: [{}, { image: 3, ground_truth_actions: 'x' }] });
    expect(!read.ok && read.faults.length).toBe(6);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(typeof readBenchTask(value).ok).toBe('boolean');
        expect(['string', 'object']).toContain(typeof readPlayedAction(value));
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
