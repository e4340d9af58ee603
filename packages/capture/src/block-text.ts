import type { SerializedNode } from '@aboveboard/protocol/state';

/**
 * The texts of a surface's states in the order in which they stand, so that what is split over elements is seen as one
 * (MASK41). Bounded by nodes; who owns it begins anew where it says that it is full.
 */
export type BlockNode = {
  id: number;
  parent: BlockNode | null;
  children: BlockNode[];
  /** Empty for what is no element; names of an application's own elements are renamed and count as lines of their own. */
  tag: string;
  text: string | null;
};

/** Texts that stand beside each other; `apart`: with the end of a block between it and the one before. */
export type Piece = { node: BlockNode; apart: boolean };

const NODES_LIMIT = 200_000;
const DEPTH_LIMIT = 1_000;
/** A name or number is not longer than this: so much of what stands around a text is looked at with it. */
const AROUND = 200;
const PIECES_AROUND = 24;

const INLINE: ReadonlySet<string> = new Set(
  (
    'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span strike ' +
    'strong sub sup time tt u var wbr tspan textpath'
  ).split(' '),
);
const UNREAD: ReadonlySet<string> = new Set(['style', 'script', 'noscript', 'template']);

export class BlockTexts {
  readonly #nodes = new Map<number, BlockNode>();

  /** The texts in it, in order. RangeError where there would be more nodes than it holds. */
  begin(root: SerializedNode): BlockNode[] {
    this.#nodes.clear();
    const texts: BlockNode[] = [];
    this.#take(root, null, 0, texts);
    return texts;
  }

  /** As `begin`, for a part that is put before `nextId` or at the end. */
  add(parentId: number, nextId: number | null, part: SerializedNode): BlockNode[] {
    const parent = this.#nodes.get(parentId) ?? null;
    const texts: BlockNode[] = [];
    const moved = this.#nodes.get(part.id);
    if (moved) this.remove(part.id);
    const node = this.#take(part, parent, 0, texts);
    if (parent && node) {
      const at = nextId === null ? -1 : parent.children.findIndex(({ id }) => id === nextId);
      if (at < 0) parent.children.push(node);
      else parent.children.splice(at, 0, node);
    }
    return texts;
  }

  remove(id: number): void {
    const node = this.#nodes.get(id);
    if (!node) return;
    const { parent } = node;
    if (parent) parent.children.splice(parent.children.indexOf(node), 1);
    const gone = [node];
    for (let next = gone.pop(); next !== undefined; next = gone.pop()) {
      this.#nodes.delete(next.id);
      for (const child of next.children) gone.push(child);
    }
  }

  get(id: number): BlockNode | null {
    return this.#nodes.get(id) ?? null;
  }

  /** What stands around a text, as far as something could be split over it, itself among it. */
  around(node: BlockNode): Piece[] {
    const before = this.#side(node, -1);
    const after = this.#side(node, 1);
    const own = { node, apart: before.at(-1)?.apart ?? true };
    // Going back, each was told whether a block ends behind it: that is said of the one that follows.
    const pieces = before.map((piece, i) => ({ node: piece.node, apart: before[i - 1]?.apart ?? true }));
    return [...pieces, own, ...after];
  }

  #side(from: BlockNode, step: -1 | 1): Piece[] {
    const pieces: Piece[] = [];
    let length = 0;
    let apart = false;
    let visited = 0;
    for (
      let at = from;
      length < AROUND && pieces.length < PIECES_AROUND && visited < 4 * PIECES_AROUND;
      visited++
    ) {
      const next = neighbour(at, step);
      if (next === null) break;
      apart ||= next.apart;
      at = next.node;
      if (at.text === null || at.text === '') continue;
      pieces.push({ node: at, apart });
      length += at.text.length;
      apart = false;
    }
    return step < 0 ? pieces.reverse() : pieces;
  }

  #take(node: SerializedNode, parent: BlockNode | null, depth: number, texts: BlockNode[]): BlockNode | null {
    if (depth > DEPTH_LIMIT || this.#nodes.size >= NODES_LIMIT)
      throw new RangeError('more than is looked through');
    if (node.type === 1 || (node.type === 3 && node.isStyle)) return null;
    const tag = node.type === 2 ? node.tagName.toLowerCase() : '';
    if (UNREAD.has(tag)) return null;
    const own: BlockNode = {
      id: node.id,
      parent,
      children: [],
      tag,
      text: node.type === 3 ? node.textContent : null,
    };
    this.#nodes.set(node.id, own);
    if (node.type === 3) texts.push(own);
    else {
      for (const child of node.childNodes) {
        const taken = this.#take(child, own, depth + 1, texts);
        if (taken) own.children.push(taken);
      }
    }
    return own;
  }
}

/** The node that stands next in the document, and whether a block begins or ends between. */
function neighbour(from: BlockNode, step: -1 | 1): { node: BlockNode; apart: boolean } | null {
  let apart = false;
  let at = from;
  for (;;) {
    if (at.parent === null) return null;
    const siblings = at.parent.children;
    const next = siblings[siblings.indexOf(at) + step];
    if (next !== undefined) {
      at = next;
      break;
    }
    at = at.parent;
    apart ||= at.tag !== '' && !INLINE.has(at.tag);
  }
  for (;;) {
    apart ||= at.tag !== '' && !INLINE.has(at.tag);
    const inner = step > 0 ? at.children[0] : at.children.at(-1);
    if (inner === undefined) return { node: at, apart };
    at = inner;
  }
}
