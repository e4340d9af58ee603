import type { Action, Before, HoverAction, Remainder, Unnumbered } from './action.ts';
import { ActionQueue } from './action-queue.ts';
import type { ActionRules } from './action-rules.ts';
import { EventLedger } from './event-ledger.ts';
import type { Gesture, Press } from './gesture.ts';
import { actionsOfGesture, one } from './gesture-actions.ts';
import { HeldModifiers } from './held-modifiers.ts';
import { type Spot, SurfaceViews } from './surface-view.ts';

export type PendingHover = { index: number; spot: Spot; action: Unnumbered<HoverAction> };

/**
 * Where a reduction of events to actions stands: what is open, what was seen, whose each event is. The rules
 * for pointer, keys and interface work on it (pointer-input, key-input, interface-change).
 */
export class Reduction {
  readonly rules: ActionRules;
  readonly ledger: EventLedger;
  readonly queue: ActionQueue;
  readonly views = new SurfaceViews();
  readonly held = new HeldModifiers();
  readonly leaveOver: (remainder: Remainder) => void;

  /** Number of the present event. */
  index = -1;
  gesture: Gesture | null = null;
  /** After this tick the gesture is over. */
  deadline = Number.POSITIVE_INFINITY;
  hover: PendingHover | null = null;

  /** Where the pointer was last seen, and when it last moved; null: not since a gap. */
  pointer = { x: 0, y: 0 };
  moved: number | null = null;
  /** Node that has the focus. */
  focus: number | null = null;
  lastInput: number | null = null;
  lastInputIndex = -1;
  /** When the last action ended. */
  lastEnd: number | null = null;
  /** Since the last action: when the surface began to change, and whether it has settled (ACT41). */
  changedSince: number | null = null;
  settledSince = true;
  #knownSince = 0;
  /** The last input has had its navigation; when the last such one was (ACT40). */
  #consumed = false;
  #navigated: number | null = null;

  constructor(
    rules: ActionRules,
    action: (action: Action) => void,
    remainder: (remainder: Remainder) => void,
  ) {
    this.rules = rules;
    this.leaveOver = remainder;
    this.queue = new ActionQueue(action, rules.textWithinActions);
    this.ledger = new EventLedger(remainder);
  }

  /** What all gestures have in common when they begin. */
  begin(t: number) {
    return {
      from: this.index,
      to: this.index,
      t,
      until: t,
      surface: this.views.front.surface,
      node: null,
      before: this.before(t),
      extra: this.held.take(),
    };
  }

  /** ACT10 to ACT12. */
  before(t: number): Before {
    const view = this.views.front;
    // At the same tick its picture could already show the reaction.
    const settled = view.settled !== null && view.settled.t >= t ? view.earlier : view.settled;
    if (settled !== null) {
      const stale = this.lastEnd !== null && this.lastEnd > settled.t;
      return { t: settled.t, state: settled.state, age: t - settled.t, stale };
    }
    const assumed = Math.max(t - this.rules.assumedBeforeMs, this.lastEnd ?? 0, this.#knownSince);
    return { t: Math.max(0, Math.min(t - 1, assumed)), state: null, age: null, stale: false };
  }

  open(gesture: Gesture, deadline = Number.POSITIVE_INFINITY): void {
    this.gesture = gesture;
    this.deadline = deadline;
  }

  /** No gesture is open from here on. */
  shut(): void {
    this.gesture = null;
    this.deadline = Number.POSITIVE_INFINITY;
    this.ledger.letGo(this.index);
  }

  /** Finishes what is open, but for a press. */
  close(): void {
    if (this.gesture !== null && this.gesture.kind !== 'press') this.finish(this.gesture);
  }

  /** Other input comes: what is open is finished, a press too (ACT25). */
  interrupt(): void {
    if (this.gesture !== null) this.finish(this.gesture);
  }

  finish(gesture: Gesture, dropNode: number | null = null): void {
    const claim = this.ledger.claim.bind(this.ledger);
    for (const action of actionsOfGesture(gesture, claim, this.rules, dropNode)) this.emit(action);
    if (gesture.kind === 'press') this.lastEnd = gesture.until;
    this.shut();
  }

  /** The release never came: no action (ACT7, ACT24). */
  orphan(press: Press): void {
    if (press.prior) {
      const claim = this.ledger.claim.bind(this.ledger);
      for (const action of actionsOfGesture(press.prior, claim, this.rules)) this.emit(action);
    }
    for (const index of press.extra) this.leaveOver({ rule: 'modifier', ...one(index) });
    this.shut();
  }

  /** Nothing that is open can be known to go on (ACT7). */
  cut(rule: 'modifier' | 'held-at-end' = 'modifier'): void {
    if (this.gesture?.kind === 'press') this.orphan(this.gesture);
    else this.close();
    for (const index of this.held.take()) this.leaveOver({ rule, ...one(index) });
    this.held.clear();
    this.dropHover();
    this.queue.settle();
  }

  /** Before `t` nothing is known of the interface, nor where the pointer rested (ACT12). */
  unknownUntil(t: number): void {
    this.#knownSince = t;
    this.views.forgetStates();
    this.changedSince = null;
    this.settledSince = true;
    this.moved = null;
  }

  emit(action: Unnumbered): void {
    if (this.hover !== null && action.kind !== 'wait') {
      const { spot, action: hover } = this.hover;
      const pressed = action.kind === 'drag' || action.kind.endsWith('click');
      const at = pressed && 'at' in action ? action.at : null;
      const there = at !== null && Math.hypot(spot.x - at.x, spot.y - at.y);
      if (there !== false && there <= this.rules.dragPx) this.dropHover();
      else {
        this.hover = null;
        this.queue.add(hover);
      }
    }
    this.queue.add(action);
  }

  dropHover(): void {
    if (this.hover) this.leaveOver({ rule: 'hover', ...one(this.hover.index) });
    this.hover = null;
  }

  /** The present event is input. */
  input(t: number): void {
    this.lastInput = t;
    this.lastInputIndex = this.index;
    this.#consumed = false;
    this.changedSince = null;
    this.settledSince = false;
  }

  /** Was this navigation brought about by input? That input then has had it (ACT40). */
  caused(t: number): boolean {
    const { causeMs, redirectMs } = this.rules;
    const byInput = this.lastInput !== null && t - this.lastInput <= causeMs && !this.#consumed;
    const follows = this.#navigated !== null && t - this.#navigated <= redirectMs;
    if (byInput) this.#consumed = true;
    if (byInput || follows) this.#navigated = t;
    return byInput || follows;
  }
}
