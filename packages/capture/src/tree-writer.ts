import type { SerializedNode } from '@aboveboard/protocol/state';
import type { AgentRun } from './agent-run.ts';
import { DOCUMENT, ELEMENT } from './dom-access.ts';
import type { Serializer } from './serializer.ts';

/** Writes trees, whole or in pieces: what does not fit in a slice of time is left for the next. */
export type TreeWriter = {
  /** The document with all that fits; `left` is called with each child that does not. */
  snapshot(enough: () => boolean, left: (node: Node) => void): SerializedNode;
  /** A node and what is below it as additions in the order in which they can be applied. */
  additions(node: Node, nextId: number | null, enough: () => boolean, left: (node: Node) => void): Addition[];
};
export type Addition = { parentId: number; nextId: number | null; node: SerializedNode };

/** Deeper nodes are left out: no reader has to be able to take them (REC87). */
const DEPTH_LIMIT = 400;

export function createTreeWriter(
  run: AgentRun,
  serializer: Serializer,
  written: (node: Node) => void,
): TreeWriter {
  const { access, mirror, document } = run;

  function write(node: Node): SerializedNode | null {
    const serialized = serializer.shallow(node);
    const parent = access.parent(node);
    if (!serialized || (!parent && access.nodeType(node) !== DOCUMENT)) return null;
    if (parent) mirror.link(node, parent);
    written(node);
    return serialized;
  }

  return {
    snapshot(enough, left) {
      const root = write(document) as SerializedNode & { childNodes: SerializedNode[] };
      const waiting: { node: Node; into: SerializedNode[]; depth: number }[] = [];
      const push = (node: Node, into: SerializedNode[], depth: number) => {
        const children = [...serializer.children(node)];
        for (let i = children.length - 1; i >= 0; i--) {
          waiting.push({ node: children[i] as Node, into, depth });
        }
      };
      push(document, root.childNodes, 1);
      for (let item = waiting.pop(); item; item = waiting.pop()) {
        const { node, into, depth } = item;
        // The document's own children have to be there from the beginning.
        if (depth > 2 && enough()) {
          left(node);
          continue;
        }
        const serialized = write(node);
        if (!serialized) continue;
        into.push(serialized);
        if (!('childNodes' in serialized)) continue;
        if (depth >= DEPTH_LIMIT) run.count('element.closed');
        else push(node, serialized.childNodes, depth + 1);
      }
      return root;
    },
    additions(first, nextId, enough, left) {
      const out: Addition[] = [];
      const waiting: { node: Node; nextId: number | null; depth: number }[] = [
        { node: first, nextId, depth: depthOf(first) },
      ];
      for (let item = waiting.pop(); item; item = waiting.pop()) {
        const { node, depth } = item;
        if (out.length > 0 && enough()) {
          left(node);
          continue;
        }
        if (depth > DEPTH_LIMIT) {
          run.count('element.closed');
          continue;
        }
        const parent = access.parent(node);
        const serialized = write(node);
        if (!serialized || !parent) continue;
        out.push({ parentId: mirror.ownerId(parent), nextId: item.nextId, node: serialized });
        if (access.nodeType(node) !== ELEMENT) continue;
        const children = [...serializer.children(node)];
        for (let i = children.length - 1; i >= 0; i--) {
          waiting.push({ node: children[i] as Node, nextId: null, depth: depth + 1 });
        }
      }
      return out;
    },
  };

  function depthOf(node: Node): number {
    let depth = 1;
    let at: Node | null | undefined = access.parent(node);
    for (; at && depth <= DEPTH_LIMIT; at = mirror.parent(at)) depth++;
    return depth;
  }
}
