import { type Cut, type EditList, melt } from './edit-list.ts';

/** Where the time of the original goes in the result (spec/review.md, REV2, REV3, REV17). */
export class CutClock {
  readonly cuts: readonly Cut[];
  readonly #removes: boolean;
  /** Of each cut: how long those before it are together. */
  readonly #removedBefore: number[] = [];

  constructor(edits: Pick<EditList, 'cuts' | 'cutTime'>) {
    this.cuts = melt(edits.cuts);
    this.#removes = edits.cutTime === 'remove';
    let removed = 0;
    for (const cut of this.cuts) {
      this.#removedBefore.push(removed);
      removed += cut.to - cut.from;
    }
  }

  /** The cut that holds the instant, or null. */
  cutAt(t: number): Cut | null {
    const cut = this.cuts[this.#begunBy(t) - 1];
    return cut && t < cut.to ? cut : null;
  }

  /** The cut that holds the instant or ends at it, or null. */
  cutUpTo(t: number): Cut | null {
    const cut = this.cuts[this.#begunBy(t) - 1];
    return cut && t <= cut.to ? cut : null;
  }

  /** An instant in a cut goes to the cut's begin where time is removed, and stays where it is kept. */
  map(t: number): number {
    if (!this.#removes) return t;
    const begun = this.#begunBy(t);
    const last = this.cuts[begun - 1];
    if (!last) return t;
    return t - (this.#removedBefore[begun - 1] ?? 0) - (Math.min(t, last.to) - last.from);
  }

  /** What of [from, until) lies outside all cuts, in the original's time. A range of no length is kept outside. */
  outside(from: number, until: number): { from: number; until: number }[] {
    if (until <= from) return this.cutAt(from) ? [] : [{ from, until }];
    const pieces: { from: number; until: number }[] = [];
    let at = from;
    for (const cut of this.cuts) {
      if (cut.to <= at || cut.from >= until) continue;
      if (cut.from > at) pieces.push({ from: at, until: cut.from });
      at = Math.max(at, cut.to);
    }
    if (at < until) pieces.push({ from: at, until });
    return pieces;
  }

  /** How many cuts begin at or before the instant. */
  #begunBy(t: number): number {
    let [low, high] = [0, this.cuts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.cuts[middle] as Cut).from <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
