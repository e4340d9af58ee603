import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-eval-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]) {
  const [out, err] = [[] as string[], [] as string[]];
  const program = makeProgram({
    version: '1.2.3',
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  return { code: await program.run(args), out: out.join(''), err: err.join('') };
}

const click = (x: number, y: number) => ({
  type: 'click',
  params: { position: { x, y } },
  metadata: { bboxes: [{ rel_bbox: [x - 0.05, y - 0.05, 0.1, 0.1] }] },
});
const task = (id: string, ...steps: unknown[][]) => ({
  task_id: id,
  high_level_task_description: 'Make it so',
  steps: steps.map((actions, i) => ({ image: i === 0 ? `${id}.png` : null, ground_truth_actions: actions })),
});

function bench(name: string, ...tasks: ReturnType<typeof task>[]): string {
  const made = join(folder, name);
  mkdirSync(join(made, 'tasks'), { recursive: true });
  mkdirSync(join(made, 'images'));
  for (const one of tasks) {
    writeFileSync(join(made, 'tasks', `${one.task_id}.json`), JSON.stringify(one));
    const png = PNG.sync.write(new PNG({ width: 400, height: 200 }));
    writeFileSync(join(made, 'images', `${one.task_id}.png`), png);
  }
  return made;
}

const answers = (name: string, ...lines: unknown[]): string => {
  const file = join(folder, name);
  writeFileSync(
    file,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return file;
};

let made: string;
beforeAll(() => {
  made = bench(
    'two',
    task('a', [click(0.5, 0.5)], [{ type: 'write', params: { text: 'yes' } }]),
    task('b', [click(0.2, 0.8)], [{ type: 'terminate', params: { status: 'success' } }]),
  );
});

describe('eval steps', () => {
  it('[EVA17] a perfect player has 100 %, with the blind ones beside it', async () => {
    const { code, out } = await run('--json', 'eval', 'steps', made, '--player', 'perfect');
    expect(code).toBe(0);
    const { score, players } = JSON.parse(out);
    expect(score).toMatchObject({ tasks: 2, steps: 4, unanswered: 0, score: { mean: 1 } });
    expect(Object.keys(players)).toEqual(['perfect', 'shuffled', 'random', 'frequent']);
    expect(players.frequent.score.mean).toBe(0.25);
    expect((await run('eval', 'steps', made, '--player', 'perfect')).out).toContain('score       100.0 %');
  });

  it('[EVA18] [EVA20] compares with other answers, and writes a page of what was missed', async () => {
    const one = answers('one.jsonl', {
      task_id: 'a',
      step_num: 1,
      actions: [{ type: 'click', x: 0.5, y: 0.5 }],
    });
    const other = answers('other.jsonl', {
      task_id: 'a',
      step_num: 2,
      actions: [{ type: 'write', text: 'yes' }],
    });
    const page = join(folder, 'misses.html');
    const asked = ['eval', 'steps', made, '--answers', one, '--against', other];
    const { code, out } = await run('--json', ...asked, '--page', page);
    expect(code).toBe(0);
    expect(JSON.parse(out).against.comparison).toMatchObject({
      more: 1,
      less: 1,
      same: 2,
      difference: { mean: 0 },
    });
    const text = readFileSync(page, 'utf8');
    expect(text.match(/<article>/g)).toHaveLength(3);
    expect(text.match(/data:image\/png/g)).toHaveLength(1);
    expect((await run(...asked)).out).toContain('more at 1 steps, less at 1, the same at 2');
    const again = await run(...asked, '--page', page);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('is there already')]);
  });

  it('[EVA1] reads actions, and calls of a dialect in pixels of the step’s picture', async () => {
    const file = answers(
      'good.jsonl',
      {
        task_id: 'a',
        step_num: 1,
        dialect: 'anthropic',
        calls: [{ action: 'left_click', coordinate: [210, 95] }],
      },
      { task_id: 'a', step_num: 2, actions: [{ type: 'write', text: 'YES ' }] },
      '',
      { task_id: 'b', step_num: 1, dialect: 'openai', calls: [{ type: 'nonsense' }] },
    );
    const { code, out } = await run('--json', 'eval', 'steps', made, '--answers', file);
    expect(code).toBe(0);
    const { score } = JSON.parse(out);
    expect(score.score.mean).toBe(0.5);
    expect(score.unanswered).toBe(1);
    expect(score.byKind).toMatchObject({
      click: { mean: 0.5, n: 2 },
      write: { mean: 1 },
      terminate: { mean: 0 },
    });
  });

  it('[EVA3] tells every fault of tasks and of answers, by file and line, and scores nothing', async () => {
    const faulty = bench('faulty', task('x', [click(0.5, 0.5)]));
    writeFileSync(join(faulty, 'tasks', 'y.json'), '{"task_id": 3');
    writeFileSync(
      join(faulty, 'tasks', 'z.json'),
      JSON.stringify({ ...task('x'), steps: [{ image: '../x' }] }),
    );
    const tasks = await run('eval', 'steps', faulty, '--player', 'perfect');
    expect(tasks.code).toBe(1);
    expect(tasks.err).toMatch(/y\.json: is no JSON[\s\S]*z\.json: EVA4[\s\S]*z\.json: EVA3/);
    const file = answers(
      'bad.jsonl',
      '{',
      { task_id: 'a', step_num: 9, actions: [] },
      { task_id: 'a', step_num: 1, actions: [{ type: 'click', x: 7, y: 0 }] },
      { task_id: 'b', step_num: 1 },
      { task_id: 'b', step_num: 2, actions: [] },
      { task_id: 'b', step_num: 2, actions: [] },
    );
    const { code, out, err } = await run('eval', 'steps', made, '--answers', file);
    expect([code, out]).toEqual([1, '']);
    for (const line of [1, 2, 3, 4, 6]) expect(err).toContain(`line ${line}:`);
    expect(err).not.toContain('line 5:');
  });

  it('[EVA4] a picture that is none is told, and nothing else is read of it', async () => {
    const broken = bench('broken', task('a', [click(0.5, 0.5)]));
    writeFileSync(join(broken, 'images', 'a.png'), 'GIF89a and then some more of it');
    const file = answers('px.jsonl', {
      task_id: 'a',
      step_num: 1,
      dialect: 'openai',
      calls: [{ type: 'move', x: 1, y: 1 }],
    });
    const { code, err } = await run('eval', 'steps', broken, '--answers', file);
    expect(code).toBe(1);
    expect(err).toContain('is no PNG');
  });

  it('is called with one or the other, and says so', async () => {
    expect((await run('eval', 'steps', made)).code).toBe(2);
    expect((await run('eval', 'steps', made, '--player', 'nobody')).code).toBe(2);
    expect((await run('eval', 'steps', join(folder, 'none'), '--player', 'random')).code).toBe(2);
    expect((await run('eval', 'steps', made, '--player', 'random', '--seed', 'x')).code).toBe(2);
  });
});
