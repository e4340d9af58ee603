import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Action, Remainder } from './action.ts';
import { ACTION_RULES, type ActionRules, inTicks } from './action-rules.ts';
import { takeFocus, takeNavigate, takeState } from './interface-change.ts';
import { takeKeydown, takeKeyup, takeText } from './key-input.ts';
import { takeSelect } from './list-input.ts';
import { takeDown, takeMove, takeUp, takeWheel } from './pointer-input.ts';
import { Reduction } from './reduction.ts';

/** Actions come in order; remainders in no particular one. Neither is changed after it was given. */
export type ActionSink = {
  action(action: Action): void;
  remainder?(remainder: Remainder): void;
};

export type ReducerOptions = {
  tickMicroseconds: number;
  rules?: Readonly<ActionRules>;
};

/**
 * Makes actions of events (spec/actions.md). Push every event of a recording in order, then end. Memory is
 * bounded whatever comes; an event's number is how many were pushed before it.
 */
export class ActionReducer {
  readonly #reduction: Reduction;
  #now = 0;
  #paused = false;
  #gapUntil = 0;

  constructor(sink: ActionSink, options: ReducerOptions) {
    const rules = inTicks(options.rules ?? ACTION_RULES, options.tickMicroseconds);
    const remainder = sink.remainder?.bind(sink) ?? (() => {});
    this.#reduction = new Reduction(rules, sink.action.bind(sink), remainder);
  }

  push(event: RecordedEvent): void {
    const r = this.#reduction;
    const isFirst = r.index === -1;
    r.index++;
    const t = Math.max(event.t, this.#now);
    if (t - this.#now > r.rules.jumpMs && !isFirst) r.cut();
    else if (t > r.deadline) r.close();
    this.#now = t;
    if (this.#paused || t < this.#gapUntil) this.#passOver(event, t);
    else this.#take(event, t);
    if (r.gesture === null) r.ledger.letGo(r.index + 1);
  }

  end(): void {
    const r = this.#reduction;
    r.index++;
    r.cut('held-at-end');
    r.ledger.end();
  }

  #take(event: RecordedEvent, t: number): void {
    const r = this.#reduction;
    switch (event.kind) {
      case 'move':
        takeMove(r, event, t);
        break;
      case 'down':
        takeDown(r, event, t);
        break;
      case 'up':
        takeUp(r, event, t);
        break;
      case 'wheel':
        takeWheel(r, event, t);
        break;
      case 'keydown':
        takeKeydown(r, event, t);
        break;
      case 'keyup':
        takeKeyup(r, event, t);
        break;
      case 'text':
        takeText(r, event, t);
        break;
      case 'select':
        takeSelect(r, event, t);
        break;
      case 'state':
        takeState(r, event, t);
        break;
      case 'navigate':
        takeNavigate(r, event, t);
        break;
      case 'focus':
        takeFocus(r, event, t);
        break;
      case 'scroll':
        r.ledger.note(r.index, 'scroll-effect');
        break;
      case 'geometry':
        r.views.resize(event);
        r.ledger.note(r.index, 'geometry');
        break;
      case 'surface':
        if (event.phase === 'open') r.views.of(event.surface);
        else r.views.close(event.surface);
        r.ledger.note(r.index, 'surface');
        break;
      case 'pause':
        r.cut();
        this.#paused = true;
        r.ledger.note(r.index, 'pause');
        break;
      case 'resume':
        r.ledger.note(r.index, 'pause');
        break;
      case 'gap':
        r.cut();
        this.#gapUntil = event.until;
        r.unknownUntil(Math.max(t, event.until));
        r.ledger.note(r.index, 'gap');
        break;
      case 'frame':
      case 'mask':
      case 'task':
        r.ledger.note(r.index, event.kind);
        break;
    }
  }

  /** In a gap or a pause only what helps to place later events is taken in (ACT8). */
  #passOver(event: RecordedEvent, t: number): void {
    const r = this.#reduction;
    if (event.kind === 'geometry') r.views.resize(event);
    if (event.kind === 'focus' && event.scope !== 'element') r.views.bringToFront(event.surface);
    if (event.kind === 'navigate') r.views.navigate(event);
    if (event.kind === 'gap') this.#gapUntil = Math.max(this.#gapUntil, event.until);
    r.ledger.note(r.index, this.#paused ? 'pause' : 'gap');
    if (event.kind === 'resume') this.#paused = false;
    r.unknownUntil(Math.max(t, this.#gapUntil));
  }
}

/** All of it at once, for what fits in memory. */
export function actionsOf(
  events: Iterable<RecordedEvent>,
  options: ReducerOptions,
): { actions: Action[]; remainders: Remainder[] } {
  const actions: Action[] = [];
  const remainders: Remainder[] = [];
  const reducer = new ActionReducer(
    { action: (action) => actions.push(action), remainder: (remainder) => remainders.push(remainder) },
    options,
  );
  for (const event of events) reducer.push(event);
  reducer.end();
  return { actions, remainders };
}
