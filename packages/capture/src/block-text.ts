import type { SerializedNode } from '@aboveboard/protocol/state';

/**
 * The texts of a surface's states in the order in which they stand, so that what is split over elements is seen as one
 * (MASK41). Bounded by nodes; who owns it begins anew where it says that it is full.
 */
export type BlockNode = {
  id: number;
  parent: BlockNode | null;
  first: BlockNode | null;
  last: BlockNode | null;
  before: BlockNode | null;
  after: BlockNode | null;
  /** Empty for what is no element; names of an application's own elements are renamed and count as lines of their own. */
  tag: string;
  text: string | null;
};

/** What stands beside a text, cut to what is looked at; `apart`: with the end of a block between it and the one before. */
export type Piece = { node: BlockNode; text: string; apart: boolean };

const NODES_LIMIT = 200_000;
const DEPTH_LIMIT = 1_000;
/** A name or number is not longer than this: so much of what stands around a text is looked at with it. */
const AROUND = 200;
const PIECES_AROUND = 24;
/** Nodes that are gone over in search of them, up and down as well: a page can put any number between two texts. */
const HOPS = 400;

const INLINE: ReadonlySet<string> = new Set(
  (
    'a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span strike ' +
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
    const next = nextId === null ? null : (this.#nodes.get(nextId) ?? null);
    if (parent && node) link(node, parent, next?.parent === parent ? next : null);
    return texts;
  }

  remove(id: number): void {
    const node = this.#nodes.get(id);
    if (!node) return;
    unlink(node);
    const gone = [node];
    for (let next = gone.pop(); next !== undefined; next = gone.pop()) {
      this.#nodes.delete(next.id);
      for (let child = next.first; child !== null; child = child.after) gone.push(child);
    }
  }

  get(id: number): BlockNode | null {
    return this.#nodes.get(id) ?? null;
  }

  /** What stands around a text, as far as something could be split over it, itself among it. */
  around(node: BlockNode): Piece[] {
    const before = this.#side(node, 'before');
    const after = this.#side(node, 'after');
    const own = { node, text: node.text ?? '', apart: before.at(-1)?.apart ?? true };
    // Going back, each was told whether a block ends behind it: that is said of the one that follows.
    const pieces = before.map((piece, i) => ({ ...piece, apart: before[i - 1]?.apart ?? true }));
    return [...pieces, own, ...after];
  }

  #side(from: BlockNode, step: 'before' | 'after'): Piece[] {
    const pieces: Piece[] = [];
    let left = AROUND;
    let apart = false;
    let at: BlockNode | null = from;
    let down = false;
    for (let hops = 0; hops < HOPS && left > 0 && pieces.length < PIECES_AROUND; hops++) {
      const inner: BlockNode | null = down ? (step === 'after' ? at.first : at.last) : null;
      const beside: BlockNode | null = inner ?? at[step];
      if (inner === null) apart ||= endsBlock(at);
      down = beside !== null;
      at = beside ?? at.parent;
      if (at === null) break;
      apart ||= endsBlock(at);
      if (!down || at.text === null || at.text === '') continue;
      const text = step === 'after' ? at.text.slice(0, left) : at.text.slice(-left);
      pieces.push({ node: at, text, apart });
      left -= text.length;
      apart = false;
    }
    return step === 'before' ? pieces.reverse() : pieces;
  }

  #take(node: SerializedNode, parent: BlockNode | null, depth: number, texts: BlockNode[]): BlockNode | null {
    if (depth > DEPTH_LIMIT || this.#nodes.size >= NODES_LIMIT)
      throw new RangeError('more than is looked through');
    if (node.type === 1 || (node.type === 3 && node.isStyle)) return null;
    const tag = node.type === 2 ? node.tagName.toLowerCase() : '';
    if (UNREAD.has(tag)) return null;
    const text = node.type === 3 ? node.textContent : null;
    const own: BlockNode = {
      id: node.id,
      parent,
      first: null,
      last: null,
      before: null,
      after: null,
      tag,
      text,
    };
    this.#nodes.set(node.id, own);
    if (node.type === 3) texts.push(own);
    else {
      for (const child of node.childNodes) {
        const taken = this.#take(child, own, depth + 1, texts);
        if (taken) link(taken, own, null);
      }
    }
    return own;
  }
}

function endsBlock(node: BlockNode): boolean {
  return node.tag !== '' && !INLINE.has(node.tag);
}

/** Before `next`, or at the end. Links and no rows: a page can give an element any number of children. */
function link(node: BlockNode, parent: BlockNode, next: BlockNode | null): void {
  node.parent = parent;
  node.after = next;
  node.before = next === null ? parent.last : next.before;
  if (node.before) node.before.after = node;
  else parent.first = node;
  if (next) next.before = node;
  else parent.last = node;
}

function unlink(node: BlockNode): void {
  const { parent, before, after } = node;
  if (before) before.after = after;
  else if (parent?.first === node) parent.first = after;
  if (after) after.before = before;
  else if (parent?.last === node) parent.last = before;
  node.parent = null;
  node.before = null;
  node.after = null;
}
