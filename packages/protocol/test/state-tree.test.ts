import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecordingError } from '../src/fault.ts';
import type { MutationData, SerializedNode, StateChange } from '../src/state.ts';
import { checkStates, StateOrder } from '../src/state-check.ts';
import { StateTree } from '../src/state-tree.ts';
import { stateRun } from './arbitrary-state.ts';

const element = (
  id: number,
  tagName: string,
  childNodes: SerializedNode[] = [],
  more = {},
): SerializedNode => ({
  type: 2,
  id,
  tagName,
  attributes: {},
  childNodes,
  ...more,
});
const text = (id: number, textContent: string): SerializedNode => ({ type: 3, id, textContent });
const snapshot = (...childNodes: SerializedNode[]): StateChange => ({
  type: 2,
  data: { node: { type: 0, id: 1, childNodes }, initialOffset: { top: 0, left: 0 } },
});
const mutation = (some: Partial<MutationData>): StateChange => ({
  type: 3,
  data: { source: 0, texts: [], attributes: [], removes: [], adds: [], ...some },
});

function page(): StateTree {
  const tree = new StateTree();
  tree.apply(
    snapshot(
      element(2, 'html', [
        element(3, 'body', [element(4, 'p', [text(5, 'one ')]), element(6, 'p', [text(7, 'two')])]),
        element(8, 'style', [{ type: 3, id: 9, textContent: 'p { color: red }', isStyle: true }]),
        element(10, 'iframe'),
      ]),
    ),
  );
  return tree;
}

function ruleOf(tree: StateTree, change: StateChange): string | undefined {
  try {
    tree.apply(change);
  } catch (error) {
    if (error instanceof RecordingError) return error.faults[0]?.rule;
    throw error;
  }
  return undefined;
}

describe('state tree', () => {
  test('[REC64] building what a snapshot gives, gives the same snapshot, at every instant of a run', () => {
    fc.assert(
      fc.property(stateRun(), (items) => {
        const tree = new StateTree();
        for (const { event } of items) {
          tree.apply(event);
          const anew = new StateTree();
          for (const change of tree.snapshot()) anew.apply(change);
          expect(anew.snapshot()).toEqual(tree.snapshot());
          expect(anew.size).toBe(tree.size);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('[REC64] what follows a snapshot has the same effect after building it anew', () => {
    fc.assert(
      fc.property(stateRun(), fc.nat(), (items, cut) => {
        const whole = new StateTree();
        let rest = new StateTree();
        items.forEach(({ event }, i) => {
          whole.apply(event);
          rest.apply(event);
          if (i !== cut % items.length) return;
          const anew = new StateTree();
          for (const change of rest.snapshot()) anew.apply(structuredClone(change));
          rest = anew;
        });
        expect(rest.snapshot()).toEqual(whole.snapshot());
      }),
      { numRuns: 150 },
    );
  });

  test('[REC55] what a snapshot gives is legal', () => {
    fc.assert(
      fc.property(stateRun(), (items) => {
        const tree = new StateTree();
        for (const { event } of items) tree.apply(event);
        expect(checkStates(tree.snapshot().map((event) => ({ t: 0, surface: 1, event })))).toMatchObject({
          ok: true,
        });
      }),
      { numRuns: 50 },
    );
  });

  test('[REC63] an addition may come before its parent and before its next sibling', () => {
    const tree = page();
    tree.apply(
      mutation({
        adds: [
          { parentId: 20, nextId: null, node: text(21, 'new ') },
          { parentId: 3, nextId: 22, node: element(20, 'p') },
          { parentId: 3, nextId: 6, node: element(22, 'hr') },
        ],
      }),
    );
    expect(tree.siblings(4).map(({ id }) => id)).toEqual([4, 20, 22, 6]);
    expect(tree.textOf(3)).toBe('one new two');
  });

  test('[REC63] a node that moves is removed and added with its id', () => {
    const tree = page();
    tree.apply(
      mutation({
        removes: [{ parentId: 3, id: 4 }],
        adds: [
          { parentId: 3, nextId: null, node: element(4, 'p') },
          { parentId: 4, nextId: null, node: text(5, 'one') },
        ],
      }),
    );
    expect(tree.textOf(3)).toBe('twoone');
  });

  test('[REC63] ten thousand additions in reverse order take no longer than in order', () => {
    const tree = page();
    const adds = Array.from({ length: 10_000 }, (_, i) => ({
      parentId: 3,
      nextId: i === 0 ? null : 99 + i,
      node: element(100 + i, 'p'),
    })).reverse();
    const begin = performance.now();
    tree.apply(mutation({ adds }));
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(tree.siblings(100).at(-1)?.id).toBe(100);
  });

  test('ancestors lead through shadow roots and frames', () => {
    const tree = page();
    const inner: SerializedNode = { type: 0, id: 30, childNodes: [element(31, 'html', [], { rootId: 30 })] };
    tree.apply(mutation({ adds: [{ parentId: 10, nextId: null, node: inner }], isAttachIframe: true }));
    tree.apply(
      mutation({ adds: [{ parentId: 31, nextId: null, node: element(32, 'b', [], { isShadow: true }) }] }),
    );
    expect(tree.ancestors(32).map(({ id }) => id)).toEqual([31, 30, 10, 2, 1]);
    expect(tree.node(31)?.shadow.map(({ id }) => id)).toEqual([32]);
    expect(tree.ancestors(999)).toEqual([]);
  });

  test('[REC63] a frame that loads again loses the document before', () => {
    const tree = page();
    const load = (id: number) =>
      mutation({
        adds: [{ parentId: 10, nextId: null, node: { type: 0, id, childNodes: [element(id + 1, 'html')] } }],
        isAttachIframe: true,
      });
    tree.apply(load(30));
    tree.apply(load(40));
    expect(tree.node(31)).toBeUndefined();
    expect(tree.node(41)?.content.id).toBe(41);
  });

  test('[REC64] what was done to a sheet is forgotten when its text is set', () => {
    const tree = page();
    tree.apply({ type: 3, data: { source: 8, id: 8, adds: [{ rule: '.x { margin: 0 }', index: 0 }] } });
    expect(JSON.stringify(tree.snapshot())).toContain('.x');
    tree.apply(mutation({ texts: [{ id: 9, value: 'p { color: blue }' }] }));
    expect(JSON.stringify(tree.snapshot())).not.toContain('.x');
  });

  const add = (parentId: number, node: SerializedNode, nextId: number | null = null) =>
    mutation({ adds: [{ parentId, nextId, node }] });
  test.each<[string, string, StateChange]>([
    ['REC56', 'a node that is there already', add(3, element(4, 'p'))],
    ['REC62', 'a child of a text', add(5, element(20, 'p'))],
    ['REC62', 'a parent that never comes', add(99, element(20, 'p'))],
    ['REC62', 'a next sibling that never comes', add(3, element(20, 'p'), 99)],
    ['REC62', 'a next sibling of another parent', add(3, element(20, 'p'), 5)],
    [
      'REC62',
      'two that wait for each other',
      mutation({
        adds: [
          { parentId: 3, nextId: 21, node: element(20, 'p') },
          { parentId: 3, nextId: 20, node: element(21, 'p') },
        ],
      }),
    ],
    ['REC62', 'a document in a paragraph', add(4, { type: 0, id: 20, childNodes: [] })],
    ['REC63', 'an addition with children', add(3, element(20, 'p', [text(21, 'x')]))],
    ['REC62', 'the removal of what is not there', mutation({ removes: [{ parentId: 3, id: 99 }] })],
    ['REC62', 'a removal from another parent', mutation({ removes: [{ parentId: 4, id: 6 }] })],
    ['REC62', 'text of what is not there', mutation({ texts: [{ id: 99, value: 'x' }] })],
    ['REC62', 'text of an element', mutation({ texts: [{ id: 4, value: 'x' }] })],
    ['REC62', 'attributes of a text', mutation({ attributes: [{ id: 5, attributes: { title: 'x' } }] })],
    ['REC62', 'a scroll of what is not there', { type: 3, data: { source: 3, id: 99, x: 0, y: 0 } }],
    ['REC62', 'rules of a sheet that is not there', { type: 3, data: { source: 8, styleId: 99, adds: [] } }],
    [
      'REC61',
      'an address on a frame',
      mutation({ attributes: [{ id: 10, attributes: { src: 'data:text/html,x' } }] }),
    ],
    [
      'REC61',
      'a style with an address',
      mutation({ texts: [{ id: 9, value: '@import "https://evil.example"' }] }),
    ],
    [
      'REC61',
      'an added style with an address',
      add(8, text(20, 'p { background: url(https://evil.example) }')),
    ],
  ])('[%s] %s contradicts', (rule, _, change) => {
    const expected = rule === 'REC61' ? /^REC(59|60)$/ : new RegExp(`^${rule}$`);
    expect(ruleOf(page(), change)).toMatch(expected);
    // Where faults are taken, the tree goes on, and what it gives is sound.
    const faults: string[] = [];
    const lenient = new StateTree({ onFault: (fault) => faults.push(fault.rule) });
    for (const each of page().snapshot()) lenient.apply(each);
    lenient.apply(change);
    expect(faults[0]).toMatch(expected);
    const anew = new StateTree();
    for (const each of lenient.snapshot()) anew.apply(each);
  });

  test('[REC62] a change before the first snapshot contradicts', () => {
    expect(ruleOf(new StateTree(), mutation({}))).toBe('REC62');
  });

  test('[REC57] additions cannot make a tree deeper or larger than the limits', () => {
    const tree = new StateTree({ limits: { depth: 6, nodes: 20 } });
    tree.apply(snapshot(element(2, 'html')));
    const down = Array.from({ length: 10 }, (_, i) => ({
      parentId: 2 + i,
      nextId: null,
      node: element(3 + i, 'b'),
    }));
    expect(ruleOf(tree, mutation({ adds: down }))).toBe('REC57');
    const wide = Array.from({ length: 30 }, (_, i) => ({
      parentId: 2,
      nextId: null,
      node: element(100 + i, 'b'),
    }));
    expect(ruleOf(tree, mutation({ adds: wide }))).toBe('REC57');
  });

  test('[REC62] the order of a recording is checked surface by surface', () => {
    const order = new StateOrder();
    expect(order.apply([{ t: 0, surface: 1, event: snapshot(element(2, 'html')) }])).toEqual([]);
    const faults = order.apply([{ t: 0, surface: 2, event: mutation({}) }]);
    expect(faults.map(({ rule, at }) => [rule, at])).toEqual([['REC62', 'state 1, change']]);
  });
});
