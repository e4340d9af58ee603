import type { InterfaceNode } from '@aboveboard/protocol/state';
import type { Box } from './environment.ts';
import type { PictureArea } from './export/model-action.ts';

/** The box of a node of the interface tree, as fractions of the picture that holds its viewport in `area`. */
export function targetBox(id: number | null, tree: InterfaceNode, area: PictureArea): Box | null {
  const found = id === null ? null : nodeWith(id, tree);
  const root = tree.box;
  if (!found || root.width <= 0 || root.height <= 0) return null;
  const across = area.width / root.width;
  const down = area.height / root.height;
  return {
    x: area.x + found.box.x * across,
    y: area.y + found.box.y * down,
    width: found.box.width * across,
    height: found.box.height * down,
  };
}

function nodeWith(id: number, tree: InterfaceNode): InterfaceNode | null {
  const left = [tree];
  for (let node = left.pop(); node; node = left.pop()) {
    if (node.id === id) return node;
    left.push(...node.children);
  }
  return null;
}
