import type { InterfaceNode } from '@aboveboard/protocol/state';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../src/frame-source.ts';
import { ClosedWords } from '../src/release/closed-words.ts';
import { checkRelease } from '../src/release/release-check.ts';
import { releaseReader } from '../src/release/release-reading.ts';
import { readTreeLines, treeLines } from '../src/release/released-trees.ts';
import { type ShownTree, ShownTrees } from '../src/shown-tree.ts';
import { blankPng, type Made, made, zip } from './made-up-release.ts';
import { pageOf, planted } from './shown-page.ts';
import { frame } from './shown-recording.ts';

const PAGES = Array.from({ length: 10 }, (_, person) => pageOf(person));
const readerOf = ({ store, built }: Made) =>
  releaseReader(store, built.manifest, built.keys, { subtle: crypto.subtle, gunzip: zip.gunzip });

async function everything(of: Made): Promise<string> {
  const reader = readerOf(of);
  let text = new TextDecoder().decode(of.built.bytes);
  for (const task of of.built.manifest.tasks) {
    text += JSON.stringify([await reader.task(task), await reader.trees(task)]);
    for (const { bytes } of await reader.pictures(task)) text += new TextDecoder('latin1').decode(bytes);
  }
  return text;
}

/** What a renderer says of the page: its heading, and a field. */
const drawn = (name: string, value = 'x'): InterfaceNode => ({
  id: 2,
  role: 'document',
  name: '',
  states: [],
  box: { x: 0, y: 0, width: 1000, height: 600 },
  children: [
    { id: 3, role: 'heading', name, states: [], box: { x: 0, y: 0, width: 500, height: 60 }, children: [] },
    {
      id: 7,
      role: 'button',
      name: 'Submit',
      states: ['focused'],
      box: { x: 100, y: 300, width: 50, height: 30 },
      children: [],
    },
    {
      id: 9,
      role: 'textbox',
      name: '',
      value,
      states: [],
      box: { x: 0, y: 60, width: 500, height: 60 },
      children: [],
    },
  ],
});
const frames = (name: string, text = 'Orders', value = 'x') =>
  [10, 1200, 2600].map(
    (t): Frame => ({ ...frame(t), png: blankPng(1000, 700, t), text, tree: drawn(name, value) }),
  );

describe('trees of a release', () => {
  it('[REL41] [REL45] stand before every step, without boxes where nothing was drawn, the same bytes each time', async () => {
    const [one, two] = [await made(PAGES), await made([...PAGES].reverse())];
    expect([...two.store.files].sort()).toEqual([...one.store.files].sort());
    expect(await checkRelease(one.store, { subtle: crypto.subtle })).toMatchObject({
      shards: 20,
      faults: [],
    });
    const { counts, tasks } = one.built.manifest;
    expect(counts).toMatchObject({ steps: 30, trees: 30, gaps: { trees: 0, pictures: 30 } });
    const reader = readerOf(one);
    for (const task of tasks) {
      const { steps } = await reader.task(task);
      const trees = await reader.trees(task);
      const [first, second, end] = trees as [ShownTree, ShownTree, ShownTree];
      expect(trees.map((tree) => [tree.steps.map(({ step }) => step), tree.end, tree.image])).toEqual([
        [[0], false, null],
        [[1, 2], false, null],
        [[], true, null],
      ]);
      expect(first.nodes.map(({ parent, role, name }) => [parent, role, name])).toEqual([
        [null, 'document', ''],
        [0, 'heading', 'Orders'],
        [0, 'text', ''],
        [0, 'button', 'Submit'],
        [0, 'textbox', expect.any(String)],
        [0, 'text', ''],
      ]);
      // What is pressed, by its place, and what it says of itself then.
      expect(first.steps[0]).toEqual({ step: 0, node: 3, drop: null });
      expect([first.nodes[3]?.states, second.nodes[3]?.states]).toEqual([['collapsed'], ['expanded']]);
      expect(first.nodes.every(({ box }) => box === undefined)).toBe(true);
      // The field shows what the step types.
      const typing = steps.find(({ action }) => action.kind === 'type')?.action;
      expect(typing).toMatchObject({ text: end.nodes[4]?.value });
      expect(end.nodes[4]?.value).toMatch(/\S{3}/);
    }
  });

  it('[REL46] [MASK38] hold no text that fewer people had, wherever in the page it stood', async () => {
    const all = await everything(await made(PAGES));
    expect(all.includes('Orders')).toBe(true);
    for (const person of PAGES.keys()) expect(all.includes(planted(person))).toBe(false);
    expect(/wendel/i.test(all)).toBe(false);
    const vault = await everything(await made(PAGES, { ask: { level: 'vault' }, risk: null }));
    expect(vault.includes(planted(3))).toBe(true);
  });

  it('[REL45] are those of the drawn page where there are pictures, in fractions of them', async () => {
    const of = await made(PAGES, { frames: frames('Orders') });
    const reader = readerOf(of);
    expect(of.built.manifest.counts).toMatchObject({
      pictures: 30,
      trees: 30,
      gaps: { trees: 0, pictures: 0 },
    });
    for (const task of of.built.manifest.tasks) {
      const [tree] = await reader.trees(task);
      const { steps } = await reader.task(task);
      expect(tree?.image).toBe(steps[0]?.picture?.name);
      expect(tree?.steps).toEqual([{ step: 0, node: 2, drop: null }]);
      expect(tree?.nodes[2]).toEqual({
        ...{ parent: 0, role: 'button', name: 'Submit', states: ['focused'] },
        box: { x: 0.1, y: 0.57143, width: 0.05, height: 0.04286 },
      });
      expect(steps[0]?.box?.y).toBeCloseTo(tree?.nodes[2]?.box?.y as number, 4);
      expect((await reader.pictures(task)).map(({ name }) => name)).toContain(tree?.image);
    }
  });

  it.each([
    ['its text', frames('Orders', `Orders ${planted(4).toUpperCase()}`)],
    ['a name', frames(planted(4))],
    ['a field', frames('Orders', 'Orders', `of ${planted(4)}`)],
    [
      'nobody knows what',
      [10, 1200, 2600].map(
        (t): Frame => ({ ...frame(t), png: blankPng(1000, 700, t), tree: drawn('Orders') }),
      ),
    ],
  ])(
    '[REL46] [REL47] a picture that shows what is closed (%s) is a gap, and its tree is made without it',
    async (_, given) => {
      const of = await made(PAGES, { frames: given });
      const reader = readerOf(of);
      const silent = given.every(({ text }) => text === undefined);
      // Only hers has it, though all are given the same pictures; where nothing is said of what is shown, none is taken.
      expect(of.built.manifest.counts.gaps).toEqual({ trees: 0, pictures: silent ? 30 : 3 });
      const { tasks } = of.built.manifest;
      const without = tasks.filter(({ shards }) => shards.every(({ kind }) => kind !== 'pictures'));
      expect(without).toHaveLength(silent ? 10 : 1);
      for (const task of without) {
        const trees = await reader.trees(task);
        expect(trees.map(({ image }) => image)).toEqual([null, null, null]);
        expect(JSON.stringify([trees, await reader.task(task)]).includes('Wendel')).toBe(false);
      }
    },
  );

  it('[REL46] the check is of words that the recording has and the release does not, in whatever case', async () => {
    const recorded = pageOf(1);
    const closed = await ClosedWords.read(recorded, pageOf(2));
    expect(closed.isIn(`x ${planted(1).toUpperCase()}.`)).toBe(true);
    expect([closed.isIn(planted(2)), closed.isIn('Orders and Submit')]).toEqual([false, false]);
    expect((await ClosedWords.read(recorded, recorded)).isIn(planted(1))).toBe(false);
  });

  it('[REL46] [REL47] one with a closed word is not taken, in a name or a value', () => {
    const trees = new ShownTrees((text) => text.includes('closed'));
    const node = { parent: null, role: 'textbox', name: 'open' };
    const nodes = [node, { ...node, name: 'is closed' }, { ...node, value: 'is closed' }];
    for (const [t, shown] of nodes.entries()) {
      trees.take({ surface: 0, t }, { nodes: [{ id: 1, shown }], cut: false, image: null });
      trees.stoodBefore(t, { surface: 0, t }, { node: 1, drop: null });
    }
    expect(trees.list().map(({ steps }) => steps)).toEqual([[{ step: 0, node: 0, drop: null }]]);
    expect(trees.withheld).toBe(2);
  });

  it('[REL45] are cut where a page has more than any has, and bounded for a task', () => {
    const trees = new ShownTrees(undefined, { ofTask: 6_000 });
    const wide = {
      ...drawn('Orders'),
      children: Array.from({ length: 9_000 }, () => drawn('n'.repeat(2_000))),
    };
    const picture = { name: 'p.png', area: { x: 0, y: 0, width: 1, height: 1 } };
    for (const t of [1, 2]) {
      trees.draw({ surface: 0, t }, wide, picture);
      trees.stoodBefore(t, { surface: 0, t }, { node: null, drop: null });
    }
    const [only, ...none] = trees.list();
    expect([only?.cut, only?.nodes.length, none.length, trees.withheld]).toEqual([true, 5_000, 0, 1]);
    expect(Math.max(...(only?.nodes ?? []).map(({ name }) => name.length))).toBeLessThanOrEqual(500);
  });

  it('[REL45] [REL54] read back as they were written, and of another task not at all', () => {
    const tree: ShownTree = {
      ...{ image: null, steps: [], end: true, cut: false },
      nodes: [
        { parent: null, role: 'document', name: '' },
        { parent: 0, role: 'text', name: '', value: 'a b' },
      ],
    };
    const lines = treeLines('A', [tree]);
    expect(readTreeLines('A', lines)).toEqual([tree]);
    expect(() => readTreeLines('B', lines)).toThrow(RangeError);
    expect(() => readTreeLines('A', lines.replace('"parent":0', '"parent":1'))).toThrow(RangeError);
    expect(() => readTreeLines('A', lines.slice(0, lines.indexOf('\n') + 1))).toThrow(RangeError);
  });
});

it('[REL47] a frame source that gives nothing leaves every picture out, and no tree', async () => {
  const of = await made(PAGES, { frames: [] });
  expect(of.built.manifest.counts).toMatchObject({ pictures: 0, gaps: { pictures: 30, trees: 0 } });
});
