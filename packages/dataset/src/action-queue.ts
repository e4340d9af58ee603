import type { ClosedText, OpenText } from '@aboveboard/protocol/event';
import type { Action, EventRange, TypeAction } from './action.ts';

/** An action that has no number yet. */
export type Unnumbered<T extends Action = Action> = T extends Action ? Omit<T, 'index'> : never;

/**
 * Numbers actions in order. A run of typing waits here for the text event that says what was typed, while
 * at most `within` further actions queue behind it (ACT31).
 */
export class ActionQueue {
  readonly #sink: (action: Action) => void;
  readonly #within: number;
  #queue: { action: Unnumbered; waits: boolean }[] = [];
  #next = 0;

  constructor(sink: (action: Action) => void, within: number) {
    this.#sink = sink;
    this.#within = within;
  }

  add(action: Unnumbered): void {
    const waits = action.kind === 'type' && action.value === null;
    if (this.#queue.length === 0 && !waits) {
      this.#emit(action);
      return;
    }
    this.#queue.push({ action, waits });
    if (this.#queue.length > this.#within) {
      const first = this.#queue[0];
      if (first) first.waits = false;
    }
    this.#flush();
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
    for (const entry of this.#queue) entry.waits = false;
    this.#flush();
  }

  #flush(): void {
    while (this.#queue[0] && !this.#queue[0].waits) {
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
