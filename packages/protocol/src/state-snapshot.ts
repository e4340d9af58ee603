import {
  type MutationData,
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  RRWEB_META,
  SOURCE_ADOPTED_STYLE_SHEET,
  SOURCE_INPUT,
  SOURCE_MUTATION,
  SOURCE_SCROLL,
  type StateChange,
} from './state.ts';
import type { RuleChange, StateNode } from './state-node.ts';

/** A constructed style sheet: where it was defined, its first rules, and what was done to it since. */
export type SheetDefinition = {
  document: StateNode;
  rules: { rule: string; index?: number }[];
  changes: RuleChange[];
};

/**
 * A tree as the changes that build it anew (REC64), in the order in which each needs the ones before:
 * meta, full snapshot, documents of frames, styles, sheets and their rules, inputs, scroll positions.
 */
export function snapshotChanges(
  root: StateNode,
  page: { href: string; width: number; height: number } | null,
  sheets: ReadonlyMap<number, SheetDefinition>,
): StateChange[] {
  const nodes = [...root.descend()];
  const changes: StateChange[] = [];
  if (page) changes.push({ type: RRWEB_META, data: { ...page } });
  const offset = root.scroll ?? { x: 0, y: 0 };
  changes.push({
    type: RRWEB_FULL_SNAPSHOT,
    data: { node: root.serialize(), initialOffset: { top: offset.y, left: offset.x } },
  });
  for (const node of nodes) {
    if (!node.document) continue;
    const add = { parentId: node.id, nextId: null, node: node.document.serialize() };
    changes.push(mutation({ adds: [add], isAttachIframe: true }));
  }
  const styled = nodes.flatMap(({ id, style }) =>
    style ? [{ id, attributes: { style: Object.fromEntries(style) } }] : [],
  );
  if (styled.length > 0) changes.push(mutation({ attributes: styled }));
  changes.push(...sheetChanges(nodes, sheets));
  for (const node of nodes) for (const data of node.rules) changes.push({ type: RRWEB_INCREMENTAL, data });
  for (const { id, input } of nodes) {
    if (input) changes.push({ type: RRWEB_INCREMENTAL, data: { source: SOURCE_INPUT, id, ...input } });
  }
  for (const { id, scroll } of nodes) {
    if (scroll && id !== root.id)
      changes.push({ type: RRWEB_INCREMENTAL, data: { source: SOURCE_SCROLL, id, ...scroll } });
  }
  return changes;
}

/** Each document defines its sheets, adopted or not: they may be adopted later by number alone. */
function sheetChanges(
  nodes: readonly StateNode[],
  sheets: ReadonlyMap<number, SheetDefinition>,
): StateChange[] {
  const changes: StateChange[] = [];
  for (const node of nodes) {
    const own = node.content.type === 0 ? [...sheets].filter(([, { document }]) => document === node) : [];
    if (node.adopted === null && own.length === 0) continue;
    changes.push({
      type: RRWEB_INCREMENTAL,
      data: {
        source: SOURCE_ADOPTED_STYLE_SHEET,
        id: node.id,
        styleIds: [...(node.adopted ?? [])],
        ...(own.length > 0 ? { styles: own.map(([styleId, { rules }]) => ({ styleId, rules })) } : {}),
      },
    });
    for (const [, sheet] of own)
      for (const data of sheet.changes) changes.push({ type: RRWEB_INCREMENTAL, data });
  }
  return changes;
}

function mutation(some: Partial<MutationData>): StateChange {
  const data: MutationData = {
    source: SOURCE_MUTATION,
    texts: [],
    attributes: [],
    removes: [],
    adds: [],
    ...some,
  };
  return { type: RRWEB_INCREMENTAL, data };
}
