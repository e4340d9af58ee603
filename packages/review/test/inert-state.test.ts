import type { StateChange } from '@aboveboard/protocol/state';
import { expect, test } from 'vitest';
import { InertState } from '../src/inert-state.ts';

const mutation = (data: object): StateChange => ({
  type: 3,
  data: { source: 0, texts: [], attributes: [], removes: [], adds: [], ...data },
});
const style = (id: number, css: string) => ({
  type: 2 as const,
  id,
  tagName: 'style',
  attributes: { _cssText: css },
  childNodes: [],
});

// rrweb builds what is added without its children: applications that make their sheets as they go lost them in frames.
test('[REV31] a sheet that comes later brings its text as an addition of its own', () => {
  const inert = new InertState();
  const change = mutation({ adds: [{ parentId: 1, nextId: null, node: style(7, 'p { color: green }') }] });
  const { data } = inert.change(change) as { data: { adds: { parentId: number; node: { id: number } }[] } };
  expect(data.adds).toMatchObject([
    { parentId: 1, node: { id: 7 } },
    { parentId: 7, nextId: null, node: { type: 3, textContent: 'p { color: green }' } },
  ]);
  const text = data.adds[1]?.node.id;
  const later = mutation({ attributes: [{ id: 7, attributes: { _cssText: 'p { color: red }' } }] });
  expect(inert.change(later)).toMatchObject({ data: { texts: [{ id: text, value: 'p { color: red }' }] } });
});
