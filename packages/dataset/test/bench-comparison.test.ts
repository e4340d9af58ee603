import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBenchTask } from '../src/eval/bench-check.ts';
import { compareBench } from '../src/eval/bench-comparison.ts';
import { type Player, scoreBench } from '../src/eval/bench-score.ts';
import type { BenchTask, PlayedAction } from '../src/eval/bench-task.ts';
import { missesPage, worstMisses } from '../src/eval/misses-page.ts';

const task = (id: string, texts: readonly string[], applications: readonly string[] = []): BenchTask => ({
  task_id: id,
  high_level_task_description: `<b>${id}</b>`,
  user_task_description: '',
  applications,
  steps: texts.map((text, i) => ({
    step_num: i + 1,
    image: i === 0 ? `${id}.png` : null,
    ground_truth_actions: [{ type: 'write', params: { text } }],
  })),
});
const TASKS = [task('a', ['one', 'two']), task('b', ['three', 'four']), task('c', ['five'])];
/** Right at these steps; elsewhere it writes what nobody asked for. */
const right =
  (...steps: string[]): Player =>
  ({ task_id: id }, { step_num: n, ground_truth_actions: [truth] }) =>
    steps.includes(`${id}${n}`) && truth?.type === 'write'
      ? [{ type: 'write', text: truth.params.text }]
      : [{ type: 'write', text: '-------' }];
const random = () => 0.5;

describe('two sets of answers', () => {
  it('[EVA18] are compared at the same steps, in all and by kind', () => {
    const compared = compareBench(TASKS, { one: right('a1', 'a2', 'b1'), other: right('a1', 'c1') }, random);
    expect(compared).toMatchObject({ more: 2, less: 1, same: 2, difference: { n: 5 } });
    expect(compared.difference.mean).toBeCloseTo(0.2, 9);
    expect(compared.byKind.write?.mean).toBeCloseTo(0.2, 9);
    expect(compared.byApplication).toEqual({});
  });

  it('[EVA16] [EVA18] by application too; a task that goes over two counts in each', () => {
    const [till, stock] = ['https://till.example', 'https://stock.example'];
    const tasks = [task('a', ['one', 'two'], [till]), task('b', ['three', 'four'], [till, stock])];
    const one = right('a1', 'b1', 'b2');
    const { byApplication } = scoreBench(tasks, one, random);
    expect(byApplication[till]).toMatchObject({ n: 4, mean: 0.75 });
    expect(byApplication[stock]).toMatchObject({ n: 2, mean: 1 });
    const compared = compareBench(tasks, { one, other: right('a1', 'b1') }, random).byApplication;
    expect(compared[till]).toMatchObject({ n: 4, mean: 0.25 });
    expect(compared[stock]).toMatchObject({ n: 2, mean: 0.5 });
  });

  it('[EVA3] an application whose name would steer a terminal, and no list of them, are refused', () => {
    for (const applications of [
      ['\u001b[2J'],
      ['a\u202eb'],
      [''],
      [7],
      'https://till.example',
      Array(101).fill('a'),
    ])
      expect(readBenchTask({ ...task('a', ['one']), applications })).toMatchObject({
        faults: [{ rule: 'EVA3', at: 'applications' }],
      });
    const { applications, ...peers } = task('a', ['one']);
    expect(applications).toEqual([]);
    expect(readBenchTask(peers)).toMatchObject({ ok: true, value: { applications: [] } });
  });

  it('[EVA18] property: with themselves they are the same, and the other way round it is the opposite', () => {
    const names = TASKS.flatMap(({ task_id: id, steps }) => steps.map(({ step_num: n }) => `${id}${n}`));
    const some = fc.subarray(names);
    fc.assert(
      fc.property(some, some, (a, b) => {
        const [one, other] = [right(...a), right(...b)];
        expect(compareBench(TASKS, { one, other: one }, random).difference).toMatchObject({
          mean: 0,
          low: 0,
          high: 0,
        });
        const there = compareBench(TASKS, { one, other }, random);
        const back = compareBench(TASKS, { one: other, other: one }, random);
        expect(there.difference.mean).toBeCloseTo(-back.difference.mean, 9);
        expect([there.more, there.less, there.same]).toEqual([back.less, back.more, back.same]);
      }),
    );
  });
});

describe('a page of misses', () => {
  const png = async () => new Uint8Array([1, 2, 3]);
  const click: Player = (): PlayedAction[] => [{ type: 'click', x: 0.25, y: 7 }];

  it('[EVA20] has the worst first, none that was right, and no more than asked for', () => {
    const of = (most: number) =>
      worstMisses(TASKS, right('a1', 'b2'), most).map((one) => `${one.task.task_id}${one.step.step_num}`);
    expect(of(10)).toEqual(['a2', 'b1', 'c1']);
    expect(of(2)).toEqual(['a2', 'b1']);
  });

  it('[EVA20] shows where it was done, within the picture, and says what no picture shows', async () => {
    const [first, second] = worstMisses(TASKS, click, 2);
    if (!first || !second) throw new Error('no misses');
    const page = await missesPage([first, second], { steps: 5, missed: 5 }, png);
    expect(page).toContain('src="data:image/png;base64,AQID"');
    expect(page).toContain('x="25.00%" y="100.00%"');
    expect(page).toContain('There is no picture of this step.');
    expect(page).toContain('5 of 5 steps were not played rightly. The worst 2 are below.');
    expect(await missesPage([first], { steps: 5, missed: 1 }, async () => null)).not.toContain('<img');
  });

  it('[EVA20] makes no text markup, runs nothing and loads nothing', async () => {
    const hostile = task('h', ['<img src=x onerror=alert(1)>']);
    hostile.high_level_task_description = '"><script>alert(1)</script>';
    const said: Player = () => [{ type: 'write', text: "'</style><script>1</script>" }];
    const page = await missesPage(worstMisses([hostile], said, 9), { steps: 1, missed: 1 }, png);
    expect(page).not.toMatch(/<script|<img src=x/);
    expect(page).toContain("default-src 'none'; img-src data:");
  });
});
