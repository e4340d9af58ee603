import type { InterfaceNode } from '@aboveboard/protocol/state';
import { knownRole } from './aria-roles.ts';
import type { Box } from './environment.ts';
import type { Picture } from './export/pictures.ts';
import { frameKey } from './frame-plan.ts';
import type { FrameWant } from './frame-source.ts';

/** The interface at one instant as datasets show it: what stood there before a step, or at the end. */
export type ShownTree = {
  /** The picture of that instant, which boxes are fractions of; null: none was drawn, and there are no boxes. */
  image: string | null;
  /** Steps before which it stood; `node` and `drop` are what they act on and what something is dropped on. */
  steps: { step: number; node: number | null; drop: number | null }[];
  /** It stood after the last step. */
  end: boolean;
  /** The interface had more than is shown. */
  cut: boolean;
  /** Each after its parent, in the order of the document. */
  nodes: ShownNode[];
};

/** Nodes are known by their places in the list: the recording's own numbers would be the same in another release. */
export type ShownNode = {
  parent: number | null;
  role: string;
  name: string;
  value?: string;
  states?: string[];
  box?: Box;
};

/** A node with the number that the recording has for it. */
export type NumberedNode = { id: number; shown: ShownNode };

/** Of one tree, and of all trees of a task: what a page made larger is cut, or has no tree. */
export const MOST_NODES = 5_000;
const MOST_NODES_OF_A_TASK = 200_000;
const MOST_TEXT = 500;
/** A tenth of a pixel of the largest picture. */
const GRAIN = 100_000;

type Held = ShownTree & { numbered: readonly NumberedNode[] };

/** The trees of one task, in bounded memory. */
export class ShownTrees {
  readonly #held = new Map<string, Held>();
  readonly #isClosed: (text: string) => boolean;
  /** Looked through already: trees share nodes that did not change. */
  readonly #open = new WeakSet<NumberedNode>();
  #room: number;
  /** Trees that were not taken: there was no room, or a text in them must not be shown. */
  withheld = 0;

  /** `isClosed`: a text with a word that the task does not show (REL46). */
  constructor(
    isClosed: (text: string) => boolean = () => false,
    most: { ofTask: number } = { ofTask: MOST_NODES_OF_A_TASK },
  ) {
    this.#isClosed = isClosed;
    this.#room = most.ofTask;
  }

  has(want: FrameWant): boolean {
    return this.#held.has(frameKey(want));
  }

  /** As a renderer laid it out, in the picture of that instant. */
  draw(want: FrameWant, tree: InterfaceNode, picture: Pick<Picture, 'name' | 'area'>): void {
    const { nodes, cut } = drawnNodes(tree, picture.area);
    this.take(want, { nodes, cut, image: picture.name });
  }

  take(want: FrameWant, of: { nodes: readonly NumberedNode[]; cut: boolean; image: string | null }): void {
    const { nodes, cut, image } = of;
    if (!nodes.every((node) => this.#isOpen(node)) || nodes.length > this.#room) {
      this.withheld++;
      return;
    }
    this.#room -= nodes.length;
    this.#held.set(frameKey(want), {
      ...{ image, steps: [], end: false, cut },
      nodes: nodes.map(({ shown }) => shown),
      numbered: nodes,
    });
  }

  #isOpen(node: NumberedNode): boolean {
    if (this.#open.has(node)) return true;
    const { name, value } = node.shown;
    if (this.#isClosed(name) || (value !== undefined && this.#isClosed(value))) return false;
    this.#open.add(node);
    return true;
  }

  /** Which step it stood before; `node` and `drop` by the recording's numbers. */
  stoodBefore(
    step: number,
    want: FrameWant,
    { node, drop }: { node: number | null; drop: number | null },
  ): void {
    const held = this.#held.get(frameKey(want));
    const placeOf = (id: number | null) => {
      const place = id === null || !held ? -1 : held.numbered.findLastIndex((one) => one.id === id);
      return place < 0 ? null : place;
    };
    held?.steps.push({ step, node: placeOf(node), drop: placeOf(drop) });
  }

  stoodAtTheEnd(want: FrameWant): void {
    const held = this.#held.get(frameKey(want));
    if (held) held.end = true;
  }

  /** Those that stood before a step or at the end, in the order of steps. */
  list(): ShownTree[] {
    return [...this.#held.values()]
      .filter(({ steps, end }) => steps.length > 0 || end)
      .map(({ numbered: _, ...tree }) => tree)
      .sort((a, b) => (a.steps[0]?.step ?? Number.MAX_VALUE) - (b.steps[0]?.step ?? Number.MAX_VALUE));
  }
}

function drawnNodes(tree: InterfaceNode, area: Picture['area']): { nodes: NumberedNode[]; cut: boolean } {
  const nodes: NumberedNode[] = [];
  const { width, height } = tree.box;
  const inPicture = ({ box }: InterfaceNode): Box => ({
    x: grain(area.x + (box.x / width) * area.width),
    y: grain(area.y + (box.y / height) * area.height),
    width: grain((box.width / width) * area.width),
    height: grain((box.height / height) * area.height),
  });
  const open: { node: InterfaceNode; parent: number | null }[] = [{ node: tree, parent: null }];
  for (let next = open.pop(); next; next = open.pop()) {
    if (nodes.length >= MOST_NODES) return { nodes, cut: true };
    const { node, parent } = next;
    const place = nodes.length;
    nodes.push({
      id: node.id,
      shown: {
        parent,
        role: knownRole(node.role),
        name: shortened(node.name),
        ...(node.value === undefined ? {} : { value: shortened(node.value) }),
        ...(node.states.length > 0 ? { states: node.states } : {}),
        ...(width > 0 && height > 0 ? { box: inPicture(node) } : {}),
      },
    });
    for (const child of node.children.toReversed()) open.push({ node: child, parent: place });
  }
  return { nodes, cut: false };
}

const UNFOLDED = /[^\S ]|^ | $| {2}/;

export function shortened(text: string): string {
  // Most have nothing to fold, and looking is cheaper than writing anew.
  const folded = UNFOLDED.test(text) ? text.replace(/\s+/g, ' ').trim() : text;
  return folded.length <= MOST_TEXT ? folded : [...folded.slice(0, MOST_TEXT)].slice(0, -1).join('');
}

function grain(share: number): number {
  return Math.round(share * GRAIN) / GRAIN;
}
