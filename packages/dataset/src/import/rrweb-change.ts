import {
  type IncrementalData,
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  RRWEB_META,
  type SerializedNode,
  SOURCE_ADOPTED_STYLE_SHEET,
  SOURCE_INPUT,
  SOURCE_MUTATION,
  SOURCE_SCROLL,
  SOURCE_STYLE_DECLARATION,
  SOURCE_STYLE_SHEET_RULE,
  SOURCE_VIEWPORT_RESIZE,
  type StateChange,
} from '@aboveboard/protocol/state';
import { type ForeignNodes, fillerOf, isId } from './rrweb-node.ts';

const MOST_LENGTH = 2 ** 24;
type Data = Record<string, unknown>;

/** What of a foreign change a recording may hold. A string: what is wrong with it. Null: none of it. */
export function metaChange(data: Data): StateChange | string {
  const { width, height } = data;
  if (!isLength(width) || !isLength(height)) return 'the size of the page is not a size';
  return { type: RRWEB_META, data: { href: '/', width, height } };
}

export function snapshotChange(data: Data, nodes: ForeignNodes): StateChange | string {
  const made = nodes.node(data['node']);
  if (!made.ok) return `the state ${made.message}`;
  const offset = (data['initialOffset'] ?? {}) as Data;
  const { top, left } = offset;
  return {
    type: RRWEB_FULL_SNAPSHOT,
    data: {
      node: made.node,
      initialOffset: { top: isPosition(top) ? top : 0, left: isPosition(left) ? left : 0 },
    },
  };
}

export function incrementalChange(data: Data, nodes: ForeignNodes): StateChange | string {
  const made = incremental(data, nodes);
  return typeof made === 'string' ? made : { type: RRWEB_INCREMENTAL, data: made };
}

function incremental(data: Data, nodes: ForeignNodes): IncrementalData | string {
  const { id, x, y } = data;
  switch (data['source']) {
    case SOURCE_MUTATION:
      return mutation(data, nodes);
    case SOURCE_SCROLL:
      if (!isId(id) || !isPosition(x) || !isPosition(y)) return 'a scroll position is not a position';
      return { source: SOURCE_SCROLL, id, x, y };
    case SOURCE_VIEWPORT_RESIZE: {
      const { width, height } = data;
      if (!isLength(width) || !isLength(height)) return 'the size of the page is not a size';
      return { source: SOURCE_VIEWPORT_RESIZE, width, height };
    }
    case SOURCE_INPUT: {
      const { text, isChecked } = data;
      if (!isId(id) || typeof text !== 'string') return 'an input has an id and a text';
      return { source: SOURCE_INPUT, id, text: fillerOf(text), isChecked: isChecked === true };
    }
    case SOURCE_STYLE_SHEET_RULE:
    case SOURCE_STYLE_DECLARATION:
    case SOURCE_ADOPTED_STYLE_SHEET:
      return 'style-rules';
    default:
      return 'is of no known source';
  }
}

function mutation(data: Data, nodes: ForeignNodes): IncrementalData | string {
  const lists = ['texts', 'attributes', 'removes', 'adds'].map((name) => data[name] ?? []);
  if (!lists.every((list) => Array.isArray(list) && list.every((item) => typeof item === 'object' && item))) {
    return 'a change is not made of lists';
  }
  const [texts, attributes, removes, adds] = lists as [Data[], Data[], Data[], Data[]];
  const made: Extract<IncrementalData, { source: typeof SOURCE_MUTATION }> = {
    source: SOURCE_MUTATION,
    texts: [],
    attributes: [],
    removes: [],
    adds: [],
    ...(data['isAttachIframe'] === true ? { isAttachIframe: true } : {}),
  };
  // Additions first: they say which texts are closed.
  for (const { parentId, nextId, node } of adds) {
    // -1: older rrweb did not know the neighbour yet; such additions come in order, so each goes last.
    const next = nextId === -1 ? null : (nextId ?? null);
    if (!isId(parentId) || !(next === null || isId(next))) {
      return 'an added node has no place';
    }
    const built = nodes.node(node);
    if (!built.ok) return `an added node ${built.message}`;
    made.adds.push({ parentId, nextId: next, node: built.node as SerializedNode });
  }
  for (const { id, value } of texts) {
    if (!isId(id) || !(value === null || typeof value === 'string')) return 'a changed text has no id';
    made.texts.push({ id, value: value === null ? null : nodes.text(id, value) });
  }
  for (const { id, attributes: changed } of attributes) {
    if (!isId(id) || typeof changed !== 'object' || changed === null) return 'changed attributes have no id';
    const kept: Record<string, string | null> = {};
    for (const [name, value] of Object.entries(changed)) {
      const clear = nodes.attribute(name, value);
      if (clear === null || typeof clear === 'string') kept[name] = clear;
      else if (clear !== undefined) kept[name] = String(clear);
    }
    made.attributes.push({ id, attributes: kept });
  }
  for (const { parentId, id, isShadow } of removes) {
    if (!isId(parentId) || !isId(id)) return 'a removed node has no id';
    made.removes.push({ parentId, id, ...(isShadow === true ? { isShadow } : {}) });
  }
  return made;
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MOST_LENGTH;
}
function isPosition(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= MOST_LENGTH;
}
