import type { MutationData, SerializedNode, StyleDelta } from './state.ts';
import type { StateNode } from './state-node.ts';
import { isSafeAttribute, isSafeCss } from './state-safety.ts';

/** What a mutation needs of the tree that it changes. `fault` returns only where the tree goes on. */
export type MutableTree = {
  node: (id: number) => StateNode | undefined;
  remove: (node: StateNode) => void;
  build: (serialized: SerializedNode, parent: StateNode) => StateNode | null;
  fault: (rule: string, at: string, message: string) => void;
};

type Add = MutationData['adds'][number];

/**
 * REC63: removes, adds (each as soon as its parent and next sibling are there), texts, attributes. What is
 * safe by itself but not on the element that it meets is refused here, where the element is known (REC61).
 */
export function applyMutation(data: MutationData, tree: MutableTree): void {
  const removed = new Set<number>();
  for (const { id, parentId } of data.removes) {
    const node = tree.node(id);
    if (!node) tree.fault('REC62', `removal of node ${id}`, 'is about a node that is not there');
    else if (node.parent?.id !== parentId)
      tree.fault('REC62', `removal of node ${id}`, 'names another parent');
    else remove(node, tree, removed);
  }
  addAll(data.adds, tree, removed);
  for (const { id, value } of data.texts) {
    const node = changed(id, 'text', removed, tree);
    if (!node) continue;
    if (node.content.type !== 3)
      tree.fault('REC62', `text of node ${id}`, 'is about a node that is not text');
    else if (node.parent?.isStyle && !isSafeCss(value ?? '')) {
      tree.fault('REC60', `text of node ${id}`, 'is a style that is not allowed');
    } else {
      node.content.textContent = value ?? '';
      if (node.parent?.isStyle) node.parent.rules = [];
    }
  }
  for (const { id, attributes } of data.attributes) {
    const node = changed(id, 'attributes', removed, tree);
    if (node) setAttributes(node, attributes, tree);
  }
}

function remove(node: StateNode, tree: MutableTree, removed: Set<number>): void {
  for (const { id } of node.descend()) removed.add(id);
  tree.remove(node);
}

/** A change of what the same mutation removes says nothing; of any other missing node it contradicts. */
function changed(id: number, what: string, removed: Set<number>, tree: MutableTree): StateNode | undefined {
  const node = tree.node(id);
  if (!node && !removed.has(id)) {
    tree.fault('REC62', `${what} of node ${id}`, 'is about a node that is not there');
  }
  return node;
}

/** Adds may come before their parent or next sibling; who waits for whom is kept, so it stays linear. */
function addAll(adds: readonly Add[], tree: MutableTree, removed: Set<number>): void {
  const waiting = new Map<number, Add[]>();
  const ready: Add[] = [];
  let left = adds.length;
  const waitsFor = ({ parentId, nextId }: Add): number | null => {
    if (!tree.node(parentId)) return parentId;
    return nextId !== null && !tree.node(nextId) ? nextId : null;
  };
  for (const first of adds) {
    ready.push(first);
    for (let add = ready.pop(); add; add = ready.pop()) {
      const missing = waitsFor(add);
      if (missing !== null) {
        const others = waiting.get(missing);
        if (others) others.push(add);
        else waiting.set(missing, [add]);
        continue;
      }
      left -= 1;
      const built = insert(add, tree, removed);
      if (!built) continue;
      for (const node of built.descend()) {
        // Last in, first out below: they come off in the order in which they waited.
        ready.push(...(waiting.get(node.id) ?? []).reverse());
        waiting.delete(node.id);
      }
    }
  }
  if (left === 0) return;
  for (const lost of waiting.values()) {
    for (const { node } of lost)
      tree.fault('REC62', `node ${node.id}`, 'waits for a parent or sibling that never comes');
  }
}

function insert({ parentId, nextId, node }: Add, tree: MutableTree, removed: Set<number>): StateNode | null {
  const parent = tree.node(parentId) as StateNode;
  const at = `node ${node.id}`;
  if (node.type === 0) return attach(parent, node, tree, removed);
  if (parent.content.type === 1 || parent.content.type === 3) {
    tree.fault('REC62', at, 'is put into a node that has no children');
    return null;
  }
  if (node.type === 2 && node.childNodes.length > 0) {
    tree.fault('REC63', at, 'brings children: each must be an addition of its own');
    return null;
  }
  const next = nextId === null ? null : (tree.node(nextId) as StateNode);
  const isShadow = node.type !== 1 && node.isShadow === true;
  if (next && (next.parent !== parent || next.isShadow !== isShadow || next.content.type === 0)) {
    tree.fault('REC62', at, 'names a next sibling that is elsewhere');
    return null;
  }
  if (parent.isStyle && node.type === 3 && !isSafeCss(node.textContent)) {
    tree.fault('REC60', at, 'is a style that is not allowed');
    return null;
  }
  const built = tree.build(node, parent);
  if (!built) return null;
  const siblings = isShadow ? parent.shadow : parent.children;
  if (isShadow && parent.content.type === 2) parent.content.isShadowHost = true;
  siblings.splice(next ? siblings.indexOf(next) : siblings.length, 0, built);
  if (parent.isStyle) parent.rules = [];
  return built;
}

/** A frame's document takes the place of the one before. */
function attach(
  parent: StateNode,
  node: SerializedNode,
  tree: MutableTree,
  removed: Set<number>,
): StateNode | null {
  if (parent.content.type !== 2 || parent.content.tagName.toLowerCase() !== 'iframe') {
    tree.fault('REC62', `node ${node.id}`, 'is a document outside of a frame');
    return null;
  }
  if (parent.document) remove(parent.document, tree, removed);
  parent.document = tree.build(node, parent);
  return parent.document;
}

function setAttributes(
  node: StateNode,
  attributes: Record<string, string | null | StyleDelta>,
  tree: MutableTree,
): void {
  if (node.content.type !== 2) {
    tree.fault('REC62', `attributes of node ${node.id}`, 'are of a node that is no element');
    return;
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'object' && value !== null) {
      node.style ??= new Map();
      for (const [property, set] of Object.entries(value)) {
        node.style.delete(property);
        node.style.set(property, set);
      }
      continue;
    }
    if (!isSafeAttribute(node.content.tagName, name, value ?? '')) {
      tree.fault('REC59', `attributes of node ${node.id}`, 'hold one that this element may not have');
      continue;
    }
    if (name === 'style') node.style = null;
    if (name === '_cssText') node.rules = [];
    if (value === null) delete node.content.attributes[name];
    else node.content.attributes[name] = value;
  }
}
