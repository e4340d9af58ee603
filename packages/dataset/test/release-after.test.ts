import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { keysApart, manifestsApart, orderFaults, TasksBefore } from '../src/release/release-after.ts';
import { releaseReader } from '../src/release/release-reading.ts';
import type { OpenedTask } from '../src/release/task-marks.ts';
import { blankPng, type Made, made, people, zip } from './made-up-release.ts';
import { frame } from './shown-recording.ts';

const subtle = crypto.subtle;
/** Twenty people, then those without the first ten of them. */
let before: Made;
let after: Made;
let gone: Set<string>;
let held: OpenedTask[];
let next: OpenedTask[];

beforeAll(async () => {
  const all = people(20);
  const frames = [10, 1200, 2600].map((t) => ({ ...frame(t), png: blankPng(1000, 700, t), text: 'Say it' }));
  before = await made(all, { frames });
  after = await made(all.slice(10), { frames, first: 7 });
  const hers = new Set(all.slice(0, 10).map(({ manifest }) => manifest.id));
  gone = new Set(before.plan.tasks.filter(({ recording }) => hers.has(recording)).map(({ id }) => id));
  [held, next] = [await openedTasks(before), await openedTasks(after)];
});

async function openedTasks({ built, store }: Made): Promise<OpenedTask[]> {
  const reader = releaseReader(store, built.manifest, built.keys, { subtle, gunzip: zip.gunzip });
  return Promise.all(
    built.manifest.tasks.map(async (entry) => ({
      ...(await reader.task(entry)),
      trees: await reader.trees(entry),
      pictures: (await reader.pictures(entry)).map(({ bytes }) =>
        createHash('sha256').update(bytes).digest('hex'),
      ),
    })),
  );
}

function known(of: readonly OpenedTask[] = held): TasksBefore {
  const tasks = new TasksBefore(gone);
  for (const task of of) tasks.add(task);
  return tasks;
}

/** One that is gone, with something that nobody else's has. */
const goneTask = () => held.find(({ id }) => gone.has(id)) as OpenedTask;
const one = () => next[0] as OpenedTask;

describe('a release after a withdrawal', () => {
  it('[REL110] [REL112] [REL113] built without what is gone has nothing of it', () => {
    expect(gone.size).toBe(10);
    expect(manifestsApart(before.built.manifest, after.built.manifest)).toEqual([]);
    expect(keysApart(before.built.keys, after.built.keys)).toEqual([]);
    const tasks = known();
    expect(next.flatMap((task) => tasks.faultsOf(task))).toEqual([]);
  });

  it('[REL110] seeded hole: a shard, a task and a card of the one before are told from the manifests alone', () => {
    const [old, manifest] = [before.built.manifest, after.built.manifest];
    const kept = old.tasks.find(({ id }) => gone.has(id)) as (typeof old.tasks)[0];
    const holes = [
      [{ ...manifest, tasks: [...manifest.tasks, kept] }, 'tasks[10].id'],
      [{ ...manifest, tasks: [{ ...kept, id: 'another' }] }, 'tasks[0].shards'],
      [{ ...manifest, card: old.card as NonNullable<typeof old.card> }, 'card'],
      [{ ...manifest, id: old.id }, 'manifest.id'],
    ] as const;
    for (const [hole, where] of holes) {
      const faults = manifestsApart(old, { ...hole, tasks: [...hole.tasks] });
      expect(faults.map(({ rule }) => rule)).toContain('REL110');
      expect(faults.some(({ at }) => at.includes(where))).toBe(true);
    }
    // Sealed anew under another key it is another shard, of the same content.
    const resealed = {
      ...kept,
      id: 'another',
      shards: kept.shards.map((shard) => ({ ...shard, sha256: '0'.repeat(64) })),
    };
    expect(manifestsApart(old, { ...manifest, tasks: [resealed] })).toHaveLength(kept.shards.length);
  });

  it('[REL112] seeded hole: a key that opens both, and a text that was made up once', () => {
    const [task = '', key = ''] = Object.entries(before.built.keys)[0] ?? [];
    expect(keysApart(before.built.keys, { ...after.built.keys, [`${task}x`]: key })).toMatchObject([
      { rule: 'REL112' },
    ]);
    const typing = (task: OpenedTask, text: string): OpenedTask => ({
      ...task,
      steps: task.steps.map((step) =>
        step.action.kind === 'type' ? { ...step, masked: true, action: { kind: 'type', text } } : step,
      ),
    });
    const tasks = known(held.map((task, i) => typing(task, `Marlowe Quill ${i} Street`)));
    expect(tasks.faultsOf(typing(one(), 'Marlowe Quill 3 Street'))).toMatchObject([{ rule: 'REL112' }]);
    expect(tasks.faultsOf(typing(one(), 'Another Quill 3 Street'))).toEqual([]);
    // Short ones are drawn twice by chance.
    expect(known(held.map((task) => typing(task, 'bake'))).faultsOf(typing(one(), 'bake'))).toEqual([]);
  });

  it('[REL113] seeded hole: one picture, tree, sentence or run of steps of what is gone, in somebody else’s task', () => {
    const node = (name: string) => ({ parent: null, role: 'document', name });
    const tree = (name: string) => ({ image: null, steps: [], end: false, cut: false, nodes: [node(name)] });
    const drawn = held.map((task, i) => ({
      ...task,
      pictures: [...task.pictures, `${i}`.padStart(64, '0')],
      trees: [tree(`Order number ${i} of the day`)],
    }));
    const tasks = known(drawn);
    const mine = drawn.find(({ id }) => gone.has(id)) as OpenedTask;
    const others = drawn.find(({ id }) => !gone.has(id)) as OpenedTask;
    const told = (task: OpenedTask) => tasks.faultsOf(task).map(({ message }) => message.split(' that ')[0]);
    expect(told({ ...one(), pictures: mine.pictures })).toEqual(['has a picture']);
    expect(told({ ...one(), trees: mine.trees })).toEqual(['has a tree', 'has words']);
    const longer = mine.trees.map((of) => ({ ...of, nodes: [node(`See ${of.nodes[0]?.name}, please`)] }));
    expect(told({ ...one(), trees: longer })).toEqual(['has words']);
    const steps = goneTask().steps.map((step, i) => ({
      ...step,
      action: { kind: 'move' as const, at: { x: i / 7, y: 0.123 } },
    }));
    const moving = known([{ ...goneTask(), pictures: [], steps }]);
    const among = { ...one(), steps: [...one().steps.slice(0, 1), ...steps, ...one().steps.slice(1)] };
    expect(moving.faultsOf(among)).toMatchObject([{ rule: 'REL113' }]);
    // What those who stay had too is not hers.
    expect(told({ ...one(), pictures: others.pictures, trees: others.trees })).toEqual([]);
    // Who can't know what is gone is told nothing of marks: others' stand in both.
    const outside = new TasksBefore();
    for (const task of drawn) outside.add(task);
    expect(outside.faultsOf({ ...one(), pictures: mine.pictures })).toEqual([]);
  });

  it('[REL111] the log says withdrawn after the one and before the other', () => {
    expect(orderFaults({ entered: 3, withdrawn: 7, enteredAfter: 9 })).toEqual([]);
    const wrong = [
      { entered: null, withdrawn: 7, enteredAfter: 9 },
      { entered: 3, withdrawn: null, enteredAfter: 9 },
      { entered: 8, withdrawn: 7, enteredAfter: 9 },
      { entered: 3, withdrawn: 7, enteredAfter: null },
      { entered: 3, withdrawn: 7, enteredAfter: 5 },
    ];
    for (const said of wrong) expect(orderFaults(said)).toMatchObject([{ rule: 'REL111', at: 'log' }]);
  });
});
