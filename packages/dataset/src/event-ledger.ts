import type { EventRange, Remainder, RemainderRule } from './action.ts';

const MOST_RUNS = 512;

/**
 * Says of every event whose it is, once (ACT1). An event is noted with the rule under which it is left over
 * if nobody claims it; an action claims its events later; what was not claimed is let go in order.
 */
export class EventLedger {
  readonly #sink: (remainder: Remainder) => void;
  /** Not yet claimed nor let go, ascending. Never empty runs. */
  #runs: Remainder[] = [];
  #last: Remainder | undefined;

  constructor(sink: (remainder: Remainder) => void) {
    this.#sink = sink;
  }

  note(index: number, rule: RemainderRule): void {
    const last = this.#last;
    if (last !== undefined && last.rule === rule && last.to === index - 1) {
      last.to = index;
      return;
    }
    this.#last = { rule, from: index, to: index };
    this.#runs.push(this.#last);
    if (this.#runs.length > MOST_RUNS) this.#crowd();
  }

  /** Takes what is still free in [from, to]; gives it as ranges. */
  claim(from: number, to: number): EventRange[] {
    const claimed: EventRange[] = [];
    const rest: Remainder[] = [];
    for (const run of this.#runs) {
      if (run.to < from || run.from > to) {
        rest.push(run);
        continue;
      }
      if (run.from < from) rest.push({ rule: run.rule, from: run.from, to: from - 1 });
      const range = { from: Math.max(run.from, from), to: Math.min(run.to, to) };
      const before = claimed.at(-1);
      if (before !== undefined && before.to === range.from - 1) before.to = range.to;
      else claimed.push(range);
      if (run.to > to) rest.push({ rule: run.rule, from: to + 1, to: run.to });
    }
    this.#runs = rest;
    this.#last = rest.at(-1);
    return claimed;
  }

  /** Lets go of everything before `index`. The newest run may stay, to be continued, while it ends there. */
  letGo(index: number): void {
    const runs = this.#runs;
    if (runs.length === 1 && this.#last !== undefined && this.#last.to === index - 1) return;
    let gone = 0;
    for (const run of runs) {
      if (run.to < index) {
        if (run === this.#last && run.to === index - 1) break;
        this.#sink(run);
        gone++;
      } else if (run.from < index) {
        this.#sink({ rule: run.rule, from: run.from, to: index - 1 });
        run.from = index;
        break;
      } else break;
    }
    if (gone > 0) runs.splice(0, gone);
    this.#last = runs.at(-1);
  }

  /** Gives the events in [from, to] that are still free another rule. */
  rename(from: number, to: number, rule: RemainderRule): void {
    for (const range of this.claim(from, to)) this.#insert({ rule, ...range });
  }

  end(): void {
    for (const run of this.#runs) this.#sink(run);
    this.#runs = [];
    this.#last = undefined;
  }

  #insert(run: Remainder): void {
    const at = this.#runs.findIndex((other) => other.from > run.from);
    this.#runs.splice(at === -1 ? this.#runs.length : at, 0, run);
    this.#last = this.#runs.at(-1);
  }

  /** Keeps memory bounded where something stays open over many changes: neighbours become one run. */
  #crowd(): void {
    const folded: Remainder[] = [];
    for (const run of this.#runs) {
      const before = folded.at(-1);
      if (before !== undefined && before.to === run.from - 1) {
        before.to = run.to;
        before.rule = 'crowded';
      } else folded.push({ ...run });
    }
    this.#runs = folded;
    this.#last = folded.at(-1);
  }
}
