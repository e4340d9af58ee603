import type { StateItem } from '@aboveboard/protocol/state';
import { StateTree } from '@aboveboard/protocol/state-tree';
import { closeChange, type IsClosed } from './closed-content.ts';
import { collapsedState } from './collapsed-state.ts';
import type { CutClock } from './cut-clock.ts';
import type { Cut } from './edit-list.ts';

/** Takes one item of the result and gives its number there. */
export type WriteState = (item: StateItem) => number;

export type StateEdits = {
  clock: CutClock;
  /** What masks closed, by surface. */
  closed: ReadonlyMap<number, ReadonlySet<number>>;
  /** True: the surface is not shown any more at the end of this cut. */
  isGone: (surface: number, cut: Cut) => boolean;
  durationTicks: number;
};

/**
 * The states of the result (spec/review.md, REV12, REV20): one item at a time in order. Every surface has a
 * tree, so that any instant can be written whole; nothing else is held.
 */
export class EditedStates {
  readonly #edits: StateEdits;
  readonly #write: WriteState;
  readonly #trees = new Map<number, StateTree>();
  /** The surfaces that changed in the cut that is being read. */
  readonly #changed = new Set<number>();
  /** By the original's number. Events speak of items just written: older ones are let go of. */
  readonly #numbers = new Map<number, number>();
  readonly #atEnd = new Map<Cut, { surface: number; index: number }[]>();
  #cut: Cut | null = null;
  #next = 0;

  constructor(edits: StateEdits, write: WriteState) {
    this.#edits = edits;
    this.#write = write;
  }

  next(item: StateItem): void {
    this.endCuts(item.t);
    const number = this.#next++;
    // Also what happens at the very end of a cut: a removal there must not leave the removed in the snapshot.
    const cut = this.#cut ?? this.#edits.clock.cutUpTo(item.t);
    this.#tree(item.surface).apply(item.event);
    if (cut) {
      this.#cut = cut;
      this.#changed.add(item.surface);
      return;
    }
    const written = this.#put(item);
    if (written !== null) this.#remember(number, written);
  }

  /** Writes what stands at the end of a cut that is over at `t`; called before anything of a later tick. */
  endCuts(t: number): void {
    const cut = this.#cut;
    if (!cut || t <= cut.to) return;
    this.#cut = null;
    const atEnd: { surface: number; index: number }[] = [];
    for (const surface of [...this.#changed].sort((a, b) => a - b)) {
      if (this.#edits.isGone(surface, cut) || cut.to > this.#edits.durationTicks) continue;
      let last: number | null = null;
      for (const event of collapsedState(this.#tree(surface))) {
        last = this.#put({ t: cut.to, surface, event }) ?? last;
      }
      if (last !== null) atEnd.push({ surface, index: last });
    }
    this.#changed.clear();
    this.#atEnd.set(cut, atEnd);
  }

  /** Null: the item was cut. */
  number(original: number): number | null {
    return this.#numbers.get(original) ?? null;
  }

  atEnd(cut: Cut): readonly { surface: number; index: number }[] {
    return this.#atEnd.get(cut) ?? [];
  }

  #put(item: StateItem): number | null {
    const closed = this.#edits.closed.get(item.surface);
    const isClosed: IsClosed = (id) => closed?.has(id) === true;
    const event = closed ? closeChange(item.event, isClosed) : item.event;
    if (!event) return null;
    return this.#write({ t: this.#edits.clock.map(item.t), surface: item.surface, event });
  }

  #remember(original: number, written: number): void {
    this.#numbers.set(original, written);
    if (this.#numbers.size > MOST_REMEMBERED) {
      const [oldest] = this.#numbers.keys();
      if (oldest !== undefined) this.#numbers.delete(oldest);
    }
  }

  #tree(surface: number): StateTree {
    let tree = this.#trees.get(surface);
    if (!tree) {
      // A contradiction is left out, as every player leaves it out.
      tree = new StateTree({ onFault: () => undefined });
      this.#trees.set(surface, tree);
    }
    return tree;
  }
}

const MOST_REMEMBERED = 16_384;
