import {
  RRWEB_INCREMENTAL,
  type SerializedNode,
  SOURCE_MUTATION,
  type StateChange,
  type StateItem,
} from '@aboveboard/protocol/state';
import { StateTree } from '@aboveboard/protocol/state-tree';
import type { MaskEdit, Rect, RectangleMask } from './edit-list.ts';

/**
 * Which nodes draw something of their own within `rect` when `surface` shows its state at `t` (all changes up
 * to and with that tick). Null: not known. Asked in order of time. The player answers (`player.hitTester`);
 * see spec/review.md, REV24.
 */
export type HitTest = (surface: number, t: number, rect: Rect) => Promise<readonly number[] | null>;

export type MaskedNodes = {
  /** Closed nodes of each surface. */
  closed: ReadonlyMap<number, ReadonlySet<number>>;
  /** How many nodes each mask closed, in the order of the masks. */
  hits: readonly number[];
};

/**
 * Finds what the masks close (REV20, REV24) by walking the states once. A node that a mask meets at any
 * instant of its range is closed for good; what can't be placed in the tree of a masked surface is closed
 * too, because nobody can say what it is in.
 */
export async function findMaskedNodes(
  states: AsyncIterable<readonly StateItem[]>,
  masks: readonly MaskEdit[],
  hitTest: HitTest,
): Promise<MaskedNodes> {
  const walks = new Map<number, SurfaceWalk>();
  masks.forEach((mask, i) => {
    const walk = walks.get(mask.surface) ?? new SurfaceWalk(mask.surface, hitTest);
    walk.masks.push({ mask, index: i, begun: false, hit: new Set() });
    walks.set(mask.surface, walk);
  });
  for await (const items of states) {
    for (const item of items) await walks.get(item.surface)?.next(item);
  }
  const hits = masks.map(() => 0);
  const closed = new Map<number, ReadonlySet<number>>();
  for (const [surface, walk] of walks) {
    await walk.end();
    for (const { index, hit } of walk.masks) hits[index] = hit.size;
    closed.set(surface, walk.closed);
  }
  return { closed, hits };
}

type Walked = { mask: MaskEdit; index: number; begun: boolean; hit: Set<number> };

class SurfaceWalk {
  readonly masks: Walked[] = [];
  readonly closed = new Set<number>();
  readonly #surface: number;
  readonly #hitTest: HitTest;
  readonly #tree: StateTree;
  #t = -1;
  #unplaced = false;

  constructor(surface: number, hitTest: HitTest) {
    this.#surface = surface;
    this.#hitTest = hitTest;
    this.#tree = new StateTree({
      onFault: () => {
        this.#unplaced = true;
      },
    });
  }

  async next(item: StateItem): Promise<void> {
    if (item.t > this.#t) await this.#settle(item.t);
    this.#unplaced = false;
    this.#tree.apply(item.event);
    if (this.#unplaced) for (const id of idsIn(item.event)) this.closed.add(id);
    // Elements are looked at after every change: what came and went within one tick was there as well.
    for (const walked of this.masks) {
      const { mask } = walked;
      if (mask.kind === 'element' && mask.from <= item.t && item.t < mask.to) this.#takeElement(walked);
    }
  }

  async end(): Promise<void> {
    await this.#settle(Number.MAX_SAFE_INTEGER);
  }

  /** The state after tick #t stands until `next`: every mask whose range it reaches into looks at it. */
  async #settle(next: number): Promise<void> {
    for (const walked of this.masks) {
      const { mask } = walked;
      const from = Math.max(this.#t, mask.from);
      if (from >= Math.min(next, mask.to) || this.#tree.root === null) continue;
      if (mask.kind === 'element') this.#takeElement(walked);
      else await this.#takeRectangle(walked, mask, from);
    }
    this.#t = next;
  }

  #takeElement(walked: Walked): void {
    if (walked.mask.kind !== 'element') return;
    const node = this.#tree.node(walked.mask.node);
    if (!node) return;
    for (const inside of node.descend()) this.#take(walked, inside.id);
  }

  async #takeRectangle(walked: Walked, mask: RectangleMask, t: number): Promise<void> {
    const ids = await this.#hitTest(this.#surface, t, mask.rect);
    if (ids) for (const id of ids) this.#take(walked, id);
    else for (const node of this.#tree) this.#take(walked, node.id);
  }

  #take(walked: Walked, id: number): void {
    walked.hit.add(id);
    this.closed.add(id);
  }
}

function* idsIn(change: StateChange): Generator<number> {
  if (change.type !== RRWEB_INCREMENTAL) return;
  const { data } = change;
  if (data.source === SOURCE_MUTATION) {
    for (const { node } of data.adds) yield* idsBelow(node);
    for (const { id } of data.texts) yield id;
    for (const { id } of data.attributes) yield id;
  } else if ('id' in data && data.id !== undefined) yield data.id;
}

function* idsBelow(node: SerializedNode): Generator<number> {
  yield node.id;
  if ('childNodes' in node) for (const child of node.childNodes) yield* idsBelow(child);
}
