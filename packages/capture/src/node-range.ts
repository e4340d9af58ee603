import {
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  type SerializedNode,
  SOURCE_MUTATION,
  type StateChange,
} from '@aboveboard/protocol/state';

/**
 * Lowest and highest id among the nodes that a change brings; null: it brings none. An agent that gives ids
 * outside its range would write into another document's state. Walks without recursion: depth is the page's.
 */
export function highestAddedNode(change: StateChange): { low: number; high: number } | null {
  const waiting: SerializedNode[] = [];
  if (change.type === RRWEB_FULL_SNAPSHOT) waiting.push(change.data.node);
  else if (change.type === RRWEB_INCREMENTAL && change.data.source === SOURCE_MUTATION) {
    for (const add of change.data.adds) waiting.push(add.node);
  }
  if (waiting.length === 0) return null;
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    low = Math.min(low, node.id);
    high = Math.max(high, node.id);
    if ('childNodes' in node) for (const child of node.childNodes) waiting.push(child);
  }
  return { low, high };
}
