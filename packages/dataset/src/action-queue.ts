import type { ClosedText, OpenText } from '@aboveboard/protocol/event';
import type { Action, EventRange, TypeAction, Unnumbered } from './action.ts';
import { type Choosing, choosersIn, mayChoose } from './list-choosing.ts';

/**
 * Numbers actions in order. A run of typing waits here for the text event that says what was typed (ACT31),
 * and what may have been part of choosing in a list for the choice (ACT35), while at most `within` further
 * actions queue behind it.
 */
export class ActionQueue {
  readonly #sink: (action: Action) => void;
  readonly #within: number;
  #queue: { action: Unnumbered; waits: boolean; chooses: boolean }[] = [];
  #next = 0;

  constructor(sink: (action: Action) => void, within: number) {
    this.#sink = sink;
    this.#within = within;
  }

  add(action: Unnumbered): void {
    const waits = action.kind === 'type' && action.value === null;
    const chooses = this.#goesOn(action);
    if (this.#queue.length === 0 && !waits && !chooses) {
      this.#emit(action);
      return;
    }
    this.#queue.push({ action, waits, chooses });
    if (this.#queue.length > this.#within) {
      const first = this.#queue[0];
      if (first) first.waits = first.chooses = false;
    }
    this.#flush();
  }

  /** Takes out what turns out to have been part of the choice, in order. */
  choosers(choosing: Choosing, withinTicks: number): Unnumbered[] {
    const from = this.#queue.findLastIndex(({ chooses }) => !chooses) + 1;
    const waiting = this.#queue.slice(from).map(({ action }) => action);
    const count = choosersIn(waiting, choosing, withinTicks);
    return this.#queue.splice(this.#queue.length - count, count).map(({ action }) => action);
  }

  /** May the action be part of choosing, with what waits already? Where not, that waits no longer. */
  #goesOn(action: Unnumbered): boolean {
    const last = this.#queue.at(-1);
    const follows = last?.chooses === true && last.action.surface === action.surface;
    if (follows && action.kind === 'wait') return true;
    const chooses = mayChoose(action);
    if (!follows || !chooses) for (const entry of this.#queue) entry.chooses = false;
    return chooses;
  }

  /**
   * Gives the text to the latest run of typing that waits in that element; earlier runs there wait no longer.
   * False: none waits.
   */
  text(node: number | null, value: OpenText | ClosedText, event: EventRange): boolean {
    let found = false;
    for (let i = this.#queue.length - 1; i >= 0; i--) {
      const entry = this.#queue[i];
      if (!entry?.waits) continue;
      const typed = entry.action as Omit<TypeAction, 'index'>;
      if (node !== null && typed.node !== null && typed.node !== node) continue;
      entry.waits = false;
      if (found) continue;
      found = true;
      typed.value = value;
      typed.node ??= node;
      typed.events = mergeRanges([...typed.events, event]);
    }
    if (found) this.#flush();
    return found;
  }

  /** Nothing that is waited for can come any more. */
  settle(): void {
    for (const entry of this.#queue) entry.waits = entry.chooses = false;
    this.#flush();
  }

  #flush(): void {
    while (this.#queue[0] && !this.#queue[0].waits && !this.#queue[0].chooses) {
      const entry = this.#queue.shift();
      if (entry) this.#emit(entry.action);
    }
  }

  #emit(action: Unnumbered): void {
    this.#sink({ ...action, index: this.#next++ } as Action);
  }
}

/** Ascending, neighbours joined. */
export function mergeRanges(ranges: readonly EventRange[]): EventRange[] {
  const merged: EventRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const before = merged.at(-1);
    if (before !== undefined && before.to >= range.from - 1) before.to = Math.max(before.to, range.to);
    else merged.push({ from: range.from, to: range.to });
  }
  return merged;
}
