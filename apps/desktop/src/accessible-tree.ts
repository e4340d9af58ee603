import type { Box } from '@aboveboard/redact/frame/raster';

/**
 * What an application says of one of its windows, as it says it: untrusted, unmasked, and never kept. Roles are those
 * of ARIA where there is one. Boxes are in pixels of the window.
 */
export type AccessibleNode = {
  /** The same for the same element as long as it lives. */
  key: string;
  role: string;
  name: string;
  box: Box | null;
  states: ReadonlySet<AccessibleState>;
  children: AccessibleNode[];
};

export type AccessibleState =
  | 'checked'
  | 'selected'
  | 'expanded'
  | 'focused'
  | 'disabled'
  | 'editable'
  | 'secret';

export type AccessibleTree = AccessibleNode;

export const TREE_LIMITS = { nodes: 20_000, depth: 200, name: 1_000 } as const;

/** Any element in which a secret is entered is on the screen: then no kind of key is taken in the window (DSK31). */
export function holdsSecret(tree: AccessibleTree): boolean {
  return everyNode(tree).some((node) => node.states.has('secret'));
}

/** In the order of the tree, each before its children. */
export function everyNode(tree: AccessibleTree): AccessibleNode[] {
  const out: AccessibleNode[] = [];
  const open = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    out.push(node);
    for (let at = node.children.length - 1; at >= 0; at--) open.push(node.children[at] as AccessibleNode);
  }
  return out;
}

/** The smallest node whose box holds the point; of two alike the one that is deeper. */
export function nodeAt(tree: AccessibleTree, x: number, y: number): AccessibleNode | null {
  let best: AccessibleNode | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const node of everyNode(tree)) {
    const { box } = node;
    if (!box || x < box.x || y < box.y || x >= box.x + box.width || y >= box.y + box.height) continue;
    const area = box.width * box.height;
    if (area > least) continue;
    least = area;
    best = node;
  }
  return best;
}
