import type {
  ButtonEvent,
  FocusEvent,
  KeyEvent,
  MoveEvent,
  NavigateEvent,
  RecordedEvent,
  StateEvent,
  TextEvent,
  WheelEvent,
} from '@aboveboard/protocol/event';
import type {
  Action,
  Before,
  ClickAction,
  DragAction,
  EventRange,
  HoverAction,
  Remainder,
} from './action.ts';
import { ActionQueue, mergeRanges, type Unnumbered } from './action-queue.ts';
import { ACTION_RULES, type ActionRules, inTicks } from './action-rules.ts';
import { DragPath } from './drag-path.ts';
import { EventLedger } from './event-ledger.ts';
import type { Clicked, Gesture, Keying, Press } from './gesture.ts';
import { HeldModifiers } from './held-modifiers.ts';
import { distance, placeOf, type Spot, SurfaceViews } from './surface-view.ts';

const BUTTONS: readonly DragAction['button'][] = ['left', 'middle', 'right'];
const CLICKS: readonly ClickAction['kind'][] = ['click', 'double-click', 'triple-click'];

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
  readonly #rules: ActionRules;
  readonly #remainder: (remainder: Remainder) => void;
  readonly #queue: ActionQueue;
  readonly #ledger: EventLedger;
  readonly #views = new SurfaceViews();
  readonly #held = new HeldModifiers();

  #index = 0;
  #now = 0;
  #gesture: Gesture | null = null;
  /** After this tick the gesture is over. */
  #deadline = Number.POSITIVE_INFINITY;
  #hover: { index: number; spot: Spot; action: Unnumbered<HoverAction> } | null = null;

  #moved: number | null = null;
  #focus: number | null = null;
  #lastInput: number | null = null;
  #lastInputIndex = -1;
  #lastEnd: number | null = null;
  /** The last input has had its navigation (ACT40). */
  #consumed = false;
  #navigated: number | null = null;
  /** Since the last action: when the surface began to change, and whether it has settled (ACT41). */
  #changedSince: number | null = null;
  #settledSince = true;

  #paused = false;
  #gapUntil = 0;
  #knownSince = 0;

  constructor(sink: ActionSink, options: ReducerOptions) {
    this.#rules = inTicks(options.rules ?? ACTION_RULES, options.tickMicroseconds);
    this.#remainder = sink.remainder?.bind(sink) ?? (() => {});
    this.#queue = new ActionQueue(sink.action.bind(sink), this.#rules.textWithinActions);
    this.#ledger = new EventLedger(this.#remainder);
  }

  push(event: RecordedEvent): void {
    const index = this.#index++;
    const t = event.t > this.#now ? event.t : this.#now;
    if (t - this.#now > this.#rules.jumpMs && index > 0) this.#cut();
    else if (t > this.#deadline) this.#close();
    this.#now = t;
    if (this.#paused || t < this.#gapUntil) this.#unknown(event, index, t);
    else this.#take(event, index, t);
    if (this.#gesture === null) this.#ledger.letGo(index + 1);
  }

  end(): void {
    this.#cut('held-at-end');
    this.#ledger.end();
  }

  #take(event: RecordedEvent, index: number, t: number): void {
    switch (event.kind) {
      case 'move':
        return this.#move(event, index, t);
      case 'down':
        return this.#down(event, index, t);
      case 'up':
        return this.#up(event, index, t);
      case 'wheel':
        return this.#wheel(event, index, t);
      case 'keydown':
        return this.#keydown(event, index, t);
      case 'keyup':
        return this.#keyup(event, index, t);
      case 'text':
        return this.#text(event, index, t);
      case 'state':
        return this.#state(event, index, t);
      case 'navigate':
        return this.#navigate(event, index, t);
      case 'focus':
        return this.#focused(event, index, t);
      case 'scroll':
        return this.#ledger.note(index, 'scroll-effect');
      case 'geometry':
        this.#views.resize(event);
        return this.#ledger.note(index, 'geometry');
      case 'surface':
        if (event.phase === 'open') this.#views.of(event.surface);
        else this.#views.close(event.surface);
        return this.#ledger.note(index, 'surface');
      case 'pause':
        this.#cut();
        this.#paused = true;
        return this.#ledger.note(index, 'pause');
      case 'resume':
        return this.#ledger.note(index, 'pause');
      case 'gap':
        this.#cut();
        this.#unknownUntil(Math.max(t, event.until));
        this.#gapUntil = event.until;
        return this.#ledger.note(index, 'gap');
      case 'frame':
      case 'mask':
      case 'task':
        return this.#ledger.note(index, event.kind);
    }
  }

  /** In a gap or a pause: only what helps to place later events is taken in (ACT8). */
  #unknown(event: RecordedEvent, index: number, t: number): void {
    if (event.kind === 'geometry') this.#views.resize(event);
    if (event.kind === 'focus' && event.scope !== 'element') this.#views.bringToFront(event.surface);
    if (event.kind === 'navigate') this.#views.navigate(event);
    if (event.kind === 'gap') this.#gapUntil = Math.max(this.#gapUntil, event.until);
    if (this.#paused && event.kind === 'resume') {
      this.#paused = false;
      this.#unknownUntil(t);
      return this.#ledger.note(index, 'pause');
    }
    this.#ledger.note(index, this.#paused ? 'pause' : 'gap');
    this.#unknownUntil(Math.max(t, this.#gapUntil));
  }

  #unknownUntil(t: number): void {
    this.#knownSince = t;
    this.#views.forgetStates();
    this.#changedSince = null;
    this.#settledSince = true;
    this.#moved = null;
  }

  #move(event: MoveEvent, index: number, t: number): void {
    this.#ledger.note(index, 'travel');
    this.#moved = t;
    const press = this.#gesture;
    if (press?.kind !== 'press') {
      this.#lastX = event.x;
      this.#lastY = event.y;
      return;
    }
    press.here = this.#views.spot(event.x, event.y);
    press.far = Math.max(press.far, distance(press.at, press.here));
    press.to = index;
    press.until = t;
    press.path.add(t, event.x, event.y);
  }
  #lastX = 0;
  #lastY = 0;

  #down(event: ButtonEvent, index: number, t: number): void {
    const button = BUTTONS[event.button];
    if (button === undefined) return this.#ledger.note(index, 'other-button');
    if (this.#gesture?.kind === 'press') {
      if (this.#gesture.number === event.button) this.#orphan(this.#gesture);
      else this.#finishPress(this.#gesture);
    }
    const at = this.#views.spot(event.x, event.y);
    const modifiers = this.#held.names();
    const prior = this.#gesture?.kind === 'clicked' ? this.#gesture : null;
    const repeats =
      prior !== null &&
      button === 'left' &&
      t - prior.pressed <= this.#rules.repeatMs &&
      distance(prior.at, at) < this.#rules.repeatPx &&
      prior.modifiers.join() === modifiers.join();
    if (!repeats) this.#close();
    this.#ledger.note(index, 'orphan-press');
    this.#open({
      kind: 'press',
      ...this.#begin(index, t),
      node: event.node ?? null,
      modifiers,
      button,
      number: event.button,
      at,
      here: at,
      far: 0,
      path: new DragPath({ t, x: event.x, y: event.y }, this.#rules.pathPoints),
      prior: repeats ? prior : null,
    });
    this.#input(index, t);
  }

  #up(event: ButtonEvent, index: number, t: number): void {
    const press = this.#gesture;
    if (event.button > 2) return this.#ledger.note(index, 'other-button');
    this.#ledger.note(index, 'orphan-release');
    if (press?.kind !== 'press' || press.number !== event.button) return;
    press.here = this.#views.spot(event.x, event.y);
    press.path.add(t, event.x, event.y);
    press.to = index;
    press.until = t;
    this.#input(index, t);
    if (this.#isDrag(press)) return this.#drag(press, event.node ?? null);
    if (press.button !== 'left') return this.#finishPress(press);
    const clicked: Clicked = {
      ...press,
      kind: 'clicked',
      from: press.prior?.from ?? press.from,
      t: press.prior?.t ?? press.t,
      extra: [...(press.prior?.extra ?? []), ...press.extra],
      before: press.prior?.before ?? press.before,
      count: (press.prior?.count ?? 0) + 1,
      pressed: press.t,
    };
    this.#open(clicked, press.t + this.#rules.repeatMs);
    this.#lastEnd = t;
    if (clicked.count === 3) this.#close();
  }

  #isDrag(press: Press): boolean {
    return distance(press.at, press.here) > this.#rules.dragPx || press.far > this.#rules.excursionPx;
  }

  #drag(press: Press, dropNode: number | null): void {
    if (press.prior) this.#finishClicked(press.prior);
    this.#emit({
      kind: 'drag',
      ...this.#common(press),
      at: placeOf(press.at),
      to: placeOf(press.here),
      dropNode,
      button: press.button,
      path: press.path.points(),
      modifiers: press.modifiers,
    });
    this.#shut();
  }

  /** A press that ends here, by its release or because other input came (ACT25). */
  #finishPress(press: Press): void {
    if (this.#isDrag(press)) return this.#drag(press, null);
    if (press.prior) this.#finishClicked(press.prior);
    const kind =
      press.button === 'left' ? 'click' : press.button === 'right' ? 'right-click' : 'middle-click';
    this.#emit({ kind, ...this.#common(press), at: placeOf(press.at), modifiers: press.modifiers });
    this.#shut();
  }

  #finishClicked(clicked: Clicked): void {
    const kind = CLICKS[clicked.count - 1] ?? 'triple-click';
    this.#emit({ kind, ...this.#common(clicked), at: placeOf(clicked.at), modifiers: clicked.modifiers });
  }

  /** Its release never came: no action (ACT7, ACT24). */
  #orphan(press: Press): void {
    if (press.prior) this.#finishClicked(press.prior);
    this.#leave(press.extra);
    this.#shut();
  }

  #wheel(event: WheelEvent, index: number, t: number): void {
    if (event.dx === 0 && event.dy === 0) return this.#ledger.note(index, 'scroll-effect');
    const open = this.#gesture;
    if (
      open?.kind === 'scrolling' &&
      open.mode === event.mode &&
      Math.sign(open.dx) === Math.sign(event.dx) &&
      Math.sign(open.dy) === Math.sign(event.dy)
    ) {
      open.dx += event.dx;
      open.dy += event.dy;
      open.turns++;
      open.to = index;
      open.until = t;
      this.#deadline = t + this.#rules.scrollMs;
    } else {
      this.#interrupt();
      const modifiers = this.#held.names();
      this.#open(
        {
          kind: 'scrolling',
          ...this.#begin(index, t),
          modifiers,
          at: this.#views.spot(event.x, event.y),
          dx: event.dx,
          dy: event.dy,
          mode: event.mode,
          turns: 1,
        },
        t + this.#rules.scrollMs,
      );
    }
    this.#ledger.note(index, 'crowded');
    this.#lastEnd = t;
    this.#input(index, t);
  }

  #keydown(event: KeyEvent, index: number, t: number): void {
    if (event.key === 'modifier') {
      if (!this.#held.press(event.name, index, t)) this.#ledger.note(index, 'modifier');
      return;
    }
    const typing = this.#gesture?.kind === 'typing' ? this.#gesture : null;
    const typed = event.key === 'printable' || event.key === 'space';
    if (typed || (event.key === 'delete' && typing !== null && !this.#held.any)) this.#type(typed, index, t);
    else this.#key(event.key === 'shortcut' ? 'shortcut' : 'key', event.name ?? null, index, t);
    this.#ledger.note(index, 'crowded');
    this.#lastEnd = t;
    this.#input(index, t);
  }

  #type(typed: boolean, index: number, t: number): void {
    if (this.#gesture?.kind !== 'typing') {
      this.#interrupt();
      this.#open({
        kind: 'typing',
        ...this.#begin(index, t),
        node: this.#focus,
        modifiers: [],
        keys: 0,
        deletions: 0,
        value: null,
      });
    } else this.#gesture.extra.push(...this.#held.take());
    const typing = this.#gesture;
    if (typing?.kind !== 'typing') return;
    if (typed) typing.keys++;
    else typing.deletions++;
    typing.to = index;
    typing.until = t;
    this.#deadline = t + this.#rules.typeMs;
  }

  #key(key: Keying['key'], name: string | null, index: number, t: number): void {
    const open = this.#gesture;
    const modifiers = this.#held.names();
    if (
      open?.kind === 'keying' &&
      open.key === key &&
      open.name === name &&
      open.modifiers.join() === modifiers.join()
    ) {
      open.extra.push(...this.#held.take());
      open.count++;
      open.to = index;
      open.until = t;
      this.#deadline = t + this.#rules.keyMs;
      return;
    }
    this.#interrupt();
    this.#open(
      { kind: 'keying', ...this.#begin(index, t), node: this.#focus, modifiers, key, name, count: 1 },
      t + this.#rules.keyMs,
    );
  }

  #keyup(event: KeyEvent, index: number, t: number): void {
    const open = this.#gesture;
    if (open?.kind === 'typing' || open?.kind === 'keying') {
      if (event.key !== 'modifier') open.to = index;
    }
    if (event.key !== 'modifier') return this.#ledger.note(index, 'key-release');
    const held = this.#held.release(event.name);
    if (held === null || !held.free) return this.#ledger.note(index, 'key-release');
    const alone = this.#lastInputIndex < held.index && open?.kind !== 'press';
    if (!alone || (held.name !== 'Alt' && held.name !== 'Meta')) {
      this.#remainder({ rule: 'modifier', from: held.index, to: held.index });
      return this.#ledger.note(index, 'modifier');
    }
    this.#close();
    this.#emit({
      kind: 'key',
      t: held.t,
      until: t,
      surface: this.#views.front.surface,
      node: this.#focus,
      events: mergeRanges([one(held.index), one(index)]),
      before: this.#before(held.t),
      name: held.name,
      count: 1,
      modifiers: [],
    });
    this.#lastEnd = t;
    this.#input(index, t);
  }

  #text(event: TextEvent, index: number, t: number): void {
    const node = event.node ?? null;
    const typing = this.#gesture;
    if (typing?.kind === 'typing' && (node === null || typing.node === null || typing.node === node)) {
      typing.value = event.value;
      typing.node ??= node;
      typing.extra.push(index);
      return this.#close();
    }
    if (this.#queue.text(node, event.value, one(index))) return;
    this.#emit({
      kind: 'type',
      t,
      until: t,
      surface: this.#views.front.surface,
      node,
      events: [one(index)],
      before: this.#before(t),
      keys: 0,
      deletions: 0,
      value: event.value,
    });
  }

  #state(event: StateEvent, index: number, t: number): void {
    const view = this.#views.of(event.surface);
    const inFront = view === this.#views.front;
    if (inFront && this.#gesture === null) {
      if (event.settled && this.#waited(t)) return this.#wait(event, index, t);
      if (!event.settled && this.#hovered(t)) return this.#hovering(event, index, t);
    }
    if (inFront && event.settled) this.#settledSince = true;
    else if (inFront) this.#changedSince ??= t;
    this.#views.change(event, t);
    this.#ledger.note(index, 'state');
  }

  #waited(t: number): boolean {
    const ended = this.#lastEnd;
    if (ended === null || this.#settledSince || this.#changedSince === null) return false;
    if (this.#lastInput !== null && this.#lastInput > ended) return false;
    return this.#changedSince - ended <= this.#rules.causeMs && t - ended >= this.#rules.waitMs;
  }

  #wait(event: StateEvent, index: number, t: number): void {
    const began = this.#lastEnd ?? t;
    const before = this.#before(began);
    this.#views.change(event, t);
    this.#emit({
      kind: 'wait',
      t: began,
      until: t,
      surface: event.surface,
      node: null,
      events: [one(index)],
      before,
    });
    this.#settledSince = true;
  }

  #hovered(t: number): boolean {
    const view = this.#views.front;
    if (view.settled === null || view.changing || this.#moved === null) return false;
    const rested = t - this.#moved;
    const { hoverFromMs, hoverToMs } = this.#rules;
    if (rested < hoverFromMs || rested > hoverToMs) return false;
    if (this.#lastInput !== null && t - this.#lastInput <= hoverToMs) return false;
    return view.changed === null || t - view.changed > hoverToMs;
  }

  #hovering(event: StateEvent, index: number, t: number): void {
    this.#dropHover();
    const spot = this.#views.spot(this.#lastX, this.#lastY);
    const began = this.#moved ?? t;
    this.#hover = {
      index,
      spot,
      action: {
        kind: 'hover',
        t: began,
        until: t,
        surface: event.surface,
        node: null,
        events: [one(index)],
        before: this.#before(began),
        at: placeOf(spot),
      },
    };
    this.#changedSince ??= t;
    this.#views.change(event, t);
  }

  #dropHover(): void {
    if (this.#hover) this.#remainder({ rule: 'hover', ...one(this.#hover.index) });
    this.#hover = null;
  }

  #navigate(event: NavigateEvent, index: number, t: number): void {
    const view = this.#views.of(event.surface);
    const first = view.origin === null;
    this.#views.navigate(event);
    if (first || this.#gesture?.kind === 'press' || this.#caused(t)) {
      return this.#ledger.note(index, 'navigation');
    }
    this.#close();
    this.#emit({
      kind: 'navigate',
      t,
      until: t,
      surface: event.surface,
      node: null,
      events: [one(index)],
      before: this.#before(t),
      origin: event.origin,
      path: event.path,
      cause: event.cause,
    });
    this.#lastEnd = t;
  }

  #focused(event: FocusEvent, index: number, t: number): void {
    if (event.scope === 'element') {
      this.#focus = event.node ?? null;
      if (this.#gesture?.kind === 'typing' && this.#gesture.node !== this.#focus) this.#close();
      return this.#ledger.note(index, 'focus');
    }
    const before = this.#before(t);
    const changed = this.#views.bringToFront(event.surface);
    if (changed) this.#focus = null;
    if (!changed || this.#gesture?.kind === 'press' || this.#caused(t)) {
      return this.#ledger.note(index, 'focus');
    }
    this.#close();
    const { origin, path } = this.#views.front;
    this.#emit({
      kind: 'navigate',
      t,
      until: t,
      surface: event.surface,
      node: null,
      events: [one(index)],
      before,
      origin,
      path,
      cause: 'switch',
    });
    this.#lastEnd = t;
  }

  /** Was this navigation brought about by input? That input then has had it (ACT40). */
  #caused(t: number): boolean {
    const { causeMs, redirectMs } = this.#rules;
    const byInput = this.#lastInput !== null && t - this.#lastInput <= causeMs && !this.#consumed;
    const follows = this.#navigated !== null && t - this.#navigated <= redirectMs;
    if (byInput) this.#consumed = true;
    if (byInput || follows) this.#navigated = t;
    return byInput || follows;
  }

  #input(index: number, t: number): void {
    this.#lastInput = t;
    this.#lastInputIndex = index;
    this.#consumed = false;
    this.#changedSince = null;
    this.#settledSince = false;
  }

  /** What all gestures have in common when they begin. */
  #begin(index: number, t: number) {
    return {
      from: index,
      to: index,
      t,
      until: t,
      surface: this.#views.front.surface,
      node: null,
      before: this.#before(t),
      extra: this.#held.take(),
    };
  }

  #before(t: number): Before {
    const view = this.#views.front;
    // At the same tick its picture could already show the reaction.
    const settled = view.settled !== null && view.settled.t >= t ? view.earlier : view.settled;
    if (settled !== null) {
      const stale = this.#lastEnd !== null && this.#lastEnd > settled.t;
      return { t: settled.t, state: settled.state, age: t - settled.t, stale };
    }
    const assumed = Math.max(t - this.#rules.assumedBeforeMs, this.#lastEnd ?? 0, this.#knownSince);
    return { t: Math.max(0, Math.min(t - 1, assumed)), state: null, age: null, stale: false };
  }

  #open(gesture: Gesture, deadline = Number.POSITIVE_INFINITY): void {
    this.#gesture = gesture;
    this.#deadline = deadline;
  }

  /** No gesture is open from here on. */
  #shut(): void {
    this.#gesture = null;
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#ledger.letGo(this.#index - 1);
  }

  /** Other input comes: what is open is finished, a press too (ACT25). */
  #interrupt(): void {
    if (this.#gesture?.kind === 'press') this.#finishPress(this.#gesture);
    else this.#close();
  }

  /** Finishes what is open, but for a press. */
  #close(): void {
    const open = this.#gesture;
    if (open === null || open.kind === 'press') return;
    switch (open.kind) {
      case 'clicked':
        this.#finishClicked(open);
        break;
      case 'scrolling':
        this.#emit({
          kind: 'scroll',
          ...this.#common(open),
          at: placeOf(open.at),
          dx: open.dx,
          dy: open.dy,
          mode: open.mode,
          turns: open.turns,
          modifiers: open.modifiers,
        });
        break;
      case 'typing': {
        const { keys, deletions, value } = open;
        this.#emit({ kind: 'type', ...this.#common(open), keys, deletions, value });
        break;
      }
      case 'keying': {
        const { key, name, count, modifiers } = open;
        this.#emit({ kind: key, ...this.#common(open), name, count, modifiers });
        break;
      }
    }
    this.#shut();
  }

  #common(gesture: Gesture) {
    const { t, until, surface, node, before } = gesture;
    const events = mergeRanges([...this.#ledger.claim(gesture.from, gesture.to), ...gesture.extra.map(one)]);
    return { t, until, surface, node, events, before };
  }

  #emit(action: Unnumbered): void {
    if (this.#hover !== null && action.kind !== 'wait') {
      const { spot } = this.#hover;
      const there = 'at' in action && action.kind !== 'scroll' && action.kind !== 'hover';
      const same = there && Math.hypot(spot.x - action.at.x, spot.y - action.at.y) <= this.#rules.dragPx;
      if (same) this.#dropHover();
      else {
        this.#queue.add(this.#hover.action);
        this.#hover = null;
      }
    }
    this.#queue.add(action);
    if (action.kind === 'drag' || action.kind.endsWith('click')) this.#lastEnd = action.until;
  }

  /** Nothing that is open can be known to go on (ACT7). */
  #cut(rule: 'modifier' | 'held-at-end' = 'modifier'): void {
    if (this.#gesture?.kind === 'press') this.#orphan(this.#gesture);
    else this.#close();
    this.#leave(this.#held.take(), rule);
    this.#held.clear();
    this.#dropHover();
    this.#queue.settle();
  }

  #leave(indices: readonly number[], rule: 'modifier' | 'held-at-end' = 'modifier'): void {
    for (const index of indices) this.#remainder({ rule, ...one(index) });
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

function one(index: number): EventRange {
  return { from: index, to: index };
}
