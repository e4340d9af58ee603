import { describe, expect, it } from 'vitest';
import { BUCKETS, elementFeatures } from '../src/eval/element-features.ts';
import { plainRankers, policyRanker, trainElementPolicy } from '../src/eval/element-policy.ts';
import { readElementPolicy } from '../src/eval/element-policy-check.ts';
import { ElementTally } from '../src/eval/element-score.ts';
import { type ElementTask, elementTask } from '../src/eval/element-step.ts';
import type { ReleasedTask } from '../src/release/released-task.ts';
import type { ShownTree } from '../src/shown-tree.ts';
import { madeUpOffice, seededDraws } from './made-up-office.ts';

const learn = (tasks: readonly ElementTask[], seed = 1) =>
  trainElementPolicy(tasks.length, async (i) => tasks[i] as ElementTask, seededDraws(seed));
async function found(train: readonly ElementTask[], test: readonly ElementTask[]) {
  const policy = await learn(train);
  const tally = new ElementTally({ policy: policyRanker(policy), ...plainRankers(policy) });
  for (const task of test) tally.add(task);
  return tally;
}

describe('a policy that learns which thing is acted on', () => {
  it('[EVA33] [EVA34] finds more than rankers that learn nothing, and more with more tasks', async () => {
    const test = madeUpOffice(30, 99);
    const [few, many] = [await found(madeUpOffice(3, 1), test), await found(madeUpOffice(60, 1), test)];
    const mean = (tally: typeof few) => tally.score('policy', seededDraws(1)).found.mean;
    expect(mean(many)).toBeGreaterThan(mean(few) + 0.1);
    for (const name of ['random', 'frequent', 'nearest'] as const)
      expect(many.difference('policy', name, seededDraws(1)).low).toBeGreaterThan(0.1);
  });

  it('[EVA31] seeded hole: with labels drawn anew it is at chance, so nothing of the answer is in what it sees', async () => {
    const draw = seededDraws(5);
    const shuffled = (tasks: ElementTask[]) =>
      tasks.map((task) => ({
        ...task,
        steps: task.steps.map((step) => ({ ...step, truth: Math.floor(draw() * step.view.nodes.length) })),
      }));
    const tally = await found(shuffled(madeUpOffice(40, 1)), shuffled(madeUpOffice(40, 2)));
    const policy = tally.score('policy', seededDraws(1)).found;
    const chance = tally.score('random', seededDraws(1)).found.mean;
    expect(policy.mean).toBeLessThan(chance * 2 + 0.02);
    // The hole: a state of the node that says the answer is found at once, by this very test.
    const told = (tasks: ElementTask[]) =>
      tasks.map((task) => ({
        ...task,
        steps: task.steps.map((step) => ({
          ...step,
          view: {
            ...step.view,
            nodes: step.view.nodes.map((node, i) => (i === step.truth ? { ...node, states: ['it'] } : node)),
          },
        })),
      }));
    const holed = await found(told(shuffled(madeUpOffice(40, 1))), told(shuffled(madeUpOffice(40, 2))));
    expect(holed.score('policy', seededDraws(1)).found.mean).toBeGreaterThan(0.9);
  });

  it('[EVA31] [EVA32] what it sees is the same whatever is done at this step and later', () => {
    const nodes: ShownTree['nodes'] = [
      { parent: null, role: 'document', name: '' },
      { parent: 0, role: 'button', name: 'Save' },
      { parent: 0, role: 'link', name: 'Help' },
    ];
    const seen = (places: readonly (number | null)[], texts: readonly string[]) => {
      const task = {
        instruction: 'Save it',
        applications: [],
        steps: texts.map((text) => ({ action: { kind: 'type', text } })),
      } as unknown as ReleasedTask;
      const trees = places.map((node, step): ShownTree => {
        return { image: null, steps: [{ step, node, drop: null }], end: false, cut: false, nodes };
      });
      return elementTask(task, trees);
    };
    const [one, other] = [seen([1, 1, 2], ['a', 'b', 'c']), seen([1, 2, 1], ['a', 'x', 'y'])];
    for (const step of [0, 1])
      expect(elementFeatures(one.steps[step]?.view as never)).toEqual(
        elementFeatures(other.steps[step]?.view as never),
      );
    expect(elementFeatures(one.steps[2]?.view as never)).not.toEqual(
      elementFeatures(other.steps[2]?.view as never),
    );
    expect(JSON.stringify(one.steps.map(({ view }) => view))).not.toContain('"b"');
  });

  it('[EVA30] a step of which no tree shows what was acted on is not asked, and counted', () => {
    const task = { instruction: '', applications: [], steps: [{ action: { kind: 'wait', seconds: 1 } }] };
    const tree = {
      image: null,
      steps: [{ step: 0, node: null, drop: null }],
      end: false,
      cut: true,
      nodes: [],
    };
    expect(elementTask(task as unknown as ReleasedTask, [tree])).toMatchObject({ steps: [], unknown: 1 });
  });

  it('[EVA33] the same tasks and seed give the same policy', async () => {
    const tasks = madeUpOffice(5, 1);
    expect(await learn(tasks)).toEqual(await learn(tasks));
    expect((await learn(tasks, 2)).weights).not.toEqual((await learn(tasks)).weights);
  });

  it('[EVA36] equal scores share, and a comparison is made at the same steps', async () => {
    const tasks = madeUpOffice(10, 1);
    const tally = new ElementTally({
      all: ({ nodes }) => nodes.map(() => 1),
      none: ({ nodes }) => nodes.map((_, i) => i),
    });
    for (const task of tasks) tally.add(task);
    const chance = tasks.flatMap(({ steps }) => steps.map(({ view }) => 1 / view.nodes.length));
    const { found: all, byKind } = tally.score('all', seededDraws(1));
    expect(all.mean).toBeCloseTo(chance.reduce((a, b) => a + b, 0) / chance.length);
    expect(byKind).toHaveProperty('click');
    expect(tally.difference('all', 'all', seededDraws(1))).toMatchObject({ mean: 0, low: 0, high: 0 });
  });

  it('[EVA35] a faulty file is refused with all its faults', async () => {
    const { weights, frequent, trained } = await learn(madeUpOffice(3, 1));
    const whole = {
      format: 'aboveboard-element-policy',
      formatVersion: 1,
      ...{ release: 'abc', level: 'release', seed: 1, trained, weights, frequent },
    };
    expect(readElementPolicy(JSON.stringify(whole))).toEqual({ ok: true, value: whole });
    const faulty = {
      ...whole,
      formatVersion: 2,
      release: '../x',
      seed: -1,
      trained: null,
      weights: [[BUCKETS, 1], [3, 'x'], [2, 1], 7],
      frequent: 'many',
    };
    const read = readElementPolicy(JSON.stringify(faulty));
    expect(read.ok ? [] : read.faults.map(({ at }) => at)).toEqual([
      ...['formatVersion', 'release', 'seed', 'trained.tasks', 'trained.steps'],
      ...['weights[0]', 'weights[1]', 'weights[2]', 'weights[3]', 'frequent'],
    ]);
    for (const text of ['', '[]', 'null', '{"format":']) expect(readElementPolicy(text).ok).toBe(false);
  });
});
