import { RRWEB_FULL_SNAPSHOT, RRWEB_INCREMENTAL, type StateChange } from '@aboveboard/protocol/state';

/** `low` and all ids from there on that are below `end`. */
export type NodeRange = { low: number; end: number };

export function isWithin(id: unknown, { low, end }: NodeRange): boolean {
  return typeof id === 'number' && id >= low && id < end;
}

/**
 * Whether every node that a change speaks of is of the range. An agent that gave others would write into
 * another document's state. Nothing about the change is believed: what has not the form of one is not
 * within. Walks without recursion: depth is the page's.
 */
export function speaksWithin(change: StateChange, range: NodeRange): boolean {
  if (change.type === RRWEB_FULL_SNAPSHOT) return holds([change.data.node], range);
  if (change.type !== RRWEB_INCREMENTAL) return true;
  const data = change.data as Partial<Record<'id' | Lists, unknown>>;
  // Null and nothing: sizes have no node, sheets are named by others, the last child has no next.
  const named = (id: unknown) => id === undefined || id === null || isWithin(id, range);
  if (!named(data.id)) return false;
  for (const list of LISTS) {
    const entries = data[list] ?? [];
    if (!Array.isArray(entries)) return false;
    for (const entry of entries as unknown[]) {
      if (!isRecord(entry)) return false;
      const { id, parentId, nextId, node } = entry;
      if (!named(id) || !named(parentId) || !named(nextId)) return false;
      if (node !== undefined && !holds([node], range)) return false;
    }
  }
  return true;
}

type Lists = (typeof LISTS)[number];
const LISTS = ['removes', 'adds', 'texts', 'attributes'] as const;

function holds(waiting: unknown[], range: NodeRange): boolean {
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (!isRecord(node) || !isWithin(node.id, range)) return false;
    const { childNodes = [] } = node;
    if (!Array.isArray(childNodes)) return false;
    for (const child of childNodes) waiting.push(child);
  }
  return true;
}

function isRecord(
  value: unknown,
): value is Partial<Record<'id' | 'parentId' | 'nextId' | 'node' | 'childNodes', unknown>> {
  return typeof value === 'object' && value !== null;
}
