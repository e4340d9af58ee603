import { type Cut, type EditList, melt } from './edit-list.ts';

/** Where the time of the original goes in the result (spec/review.md, REV2, REV3, REV17). */
export class CutClock {
  readonly cuts: readonly Cut[];
  readonly #removes: boolean;

  constructor(edits: Pick<EditList, 'cuts' | 'cutTime'>) {
    this.cuts = melt(edits.cuts);
    this.#removes = edits.cutTime === 'remove';
  }

  /** The cut that holds the instant, or null. */
  cutAt(t: number): Cut | null {
    return this.cuts.find((cut) => cut.from <= t && t < cut.to) ?? null;
  }

  /** An instant in a cut goes to the cut's begin where time is removed, and stays where it is kept. */
  map(t: number): number {
    if (!this.#removes) return t;
    let removed = 0;
    for (const cut of this.cuts) {
      if (cut.from >= t) break;
      removed += Math.min(t, cut.to) - cut.from;
    }
    return t - removed;
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
}
