import { looksLikeData } from '../data-shape.ts';
import { ALL } from '../detect/detectors.ts';
import { findSpans } from '../detect/find-spans.ts';
import type { Detector } from '../detect/span.ts';
import { isInterfaceWords } from '../interface-words.ts';
import { foldSpace } from '../openings.ts';
import type { Box } from './raster.ts';

/**
 * An accessibility tree beside a picture. It can only open: what no node vouches for is solid (MASK31), so a tree
 * that leaves something out closes it. A tree that lies can open only what it calls a control with a label that
 * everybody's application bears.
 */
export type VouchingNode = { role: string; name: string; box: Box; leaf: boolean };

export class TreeError extends Error {
  override readonly name = 'TreeError';
}

export const TREE_NODES_LIMIT = 100_000;
const DEPTH_LIMIT = 2_000;

/**
 * Nodes of a tree in JSON: `{role, name, box, children}` or `{nodes: [...]}`, boxes as `{x, y, width, height}` or four
 * numbers. Throws TreeError for what is no such tree; a node without a readable box vouches for nothing.
 */
export function parseVouchingTree(text: string): VouchingNode[] {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    throw new TreeError('The tree is not JSON.');
  }
  const first = Array.isArray(root)
    ? root
    : isRecord(root) && Array.isArray(root.nodes)
      ? root.nodes
      : [root];
  const out: VouchingNode[] = [];
  const open: { node: unknown; depth: number }[] = first.map((node) => ({ node, depth: 0 }));
  let seen = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (++seen > TREE_NODES_LIMIT) throw new TreeError(`The tree has more than ${TREE_NODES_LIMIT} nodes.`);
    if (next.depth > DEPTH_LIMIT) throw new TreeError(`The tree is deeper than ${DEPTH_LIMIT}.`);
    if (!isRecord(next.node)) throw new TreeError('A node of the tree is no object.');
    const { role, name, children } = next.node;
    const below = Array.isArray(children) ? children : [];
    for (const node of below) open.push({ node, depth: next.depth + 1 });
    const box = boxOf(next.node.box ?? next.node.bbox ?? next.node.rect);
    if (box === null || typeof role !== 'string') continue;
    out.push({
      role: role.toLowerCase().slice(0, 64),
      name: typeof name === 'string' ? name.slice(0, 4_096) : '',
      box,
      leaf: below.length === 0,
    });
  }
  return out;
}

/** Controls whose label is theirs: not headings, links, rows and cells, which show what people wrote. */
const CONTROLS = new Set(
  (
    'button menuitem menuitemcheckbox menuitemradio menu menubar tab checkbox radio switch columnheader toolbar separator ' +
    'scrollbar slider pushbutton push-button togglebutton toggle-button pagetab page-tab menu-item check-box radio-button tool-bar'
  ).split(' '),
);

/** Larger than this it is no control: a tree that calls the whole window a button opens nothing. */
const CONTROL_LIMIT = { width: 600, height: 96 };

const COMPARED_LIMIT = 50_000_000;

/** The boxes that may stay. `shipped`: labels that the application brings to everybody, white space folded. */
export function openBoxes(
  nodes: readonly VouchingNode[],
  shipped: ReadonlySet<string> = new Set(),
  detectors: readonly Detector[] = ALL,
): Box[] {
  const vouched = nodes.filter((node) => vouches(node, shipped, detectors));
  // Whatever else stands in the same place shows there too, so it has to be vouched for as well.
  const known = new Set(vouched);
  const others = nodes.filter((node) => node.leaf && !known.has(node));
  if (vouched.length * others.length > COMPARED_LIMIT)
    throw new TreeError('The tree has too many boxes to compare.');
  return vouched.map((node) => node.box).filter((box) => !others.some((other) => overlap(box, other.box)));
}

function vouches(
  { role, name, box, leaf }: VouchingNode,
  shipped: ReadonlySet<string>,
  detectors: readonly Detector[],
): boolean {
  if (!leaf || !CONTROLS.has(role.replace(/[ _]/g, '-'))) return false;
  if (box.width > CONTROL_LIMIT.width || box.height > CONTROL_LIMIT.height) return false;
  const label = foldSpace(name);
  if (!shipped.has(label) && !isInterfaceWords(label)) return false;
  return !looksLikeData(label) && findSpans(label, detectors).length === 0;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function boxOf(value: unknown): Box | null {
  const numbers = Array.isArray(value)
    ? value
    : isRecord(value)
      ? [value.x ?? value.left, value.y ?? value.top, value.width, value.height]
      : [];
  const [x, y, width, height] = numbers;
  const readable = [x, y, width, height].every((v) => typeof v === 'number' && Math.abs(v) < 1e6);
  if (!readable || width <= 0 || height <= 0) return null;
  return { x, y, width, height };
}

/** What a node may have; nothing of it is believed before it is looked at. */
type Loose = Partial<
  Record<
    | 'nodes'
    | 'role'
    | 'name'
    | 'children'
    | 'box'
    | 'bbox'
    | 'rect'
    | 'x'
    | 'y'
    | 'left'
    | 'top'
    | 'width'
    | 'height',
    unknown
  >
>;

function isRecord(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
