import type { ButtonEvent, MoveEvent, WheelEvent } from '@aboveboard/protocol/event';
import type { DragAction } from './action.ts';
import { DragPath } from './drag-path.ts';
import type { Clicked } from './gesture.ts';
import { isDrag } from './gesture-actions.ts';
import type { Reduction } from './reduction.ts';
import { distance } from './surface-view.ts';

const BUTTONS: readonly DragAction['button'][] = ['left', 'middle', 'right'];

export function takeMove(r: Reduction, event: MoveEvent, t: number): void {
  r.ledger.note(r.index, 'travel');
  r.moved = t;
  r.pointer.x = event.x;
  r.pointer.y = event.y;
  const press = r.gesture;
  if (press?.kind !== 'press') return;
  press.here = r.views.spot(event.x, event.y);
  press.far = Math.max(press.far, distance(press.at, press.here));
  press.to = r.index;
  press.until = t;
  press.path.add(t, event.x, event.y);
}

/** ACT20 to ACT22, ACT24. */
export function takeDown(r: Reduction, event: ButtonEvent, t: number): void {
  const button = BUTTONS[event.button];
  if (button === undefined) {
    r.ledger.note(r.index, 'other-button');
    return;
  }
  if (r.gesture?.kind === 'press') {
    if (r.gesture.number === event.button) r.orphan(r.gesture);
    else r.finish(r.gesture);
  }
  const at = r.views.spot(event.x, event.y);
  const modifiers = r.held.names();
  const prior = r.gesture?.kind === 'clicked' ? r.gesture : null;
  const repeats =
    prior !== null &&
    button === 'left' &&
    t - prior.pressed <= r.rules.repeatMs &&
    distance(prior.at, at) < r.rules.repeatPx &&
    prior.modifiers.join() === modifiers.join();
  if (!repeats) r.close();
  r.ledger.note(r.index, 'orphan-press');
  r.open({
    kind: 'press',
    ...r.begin(t),
    node: event.node ?? null,
    modifiers,
    button,
    number: event.button,
    at,
    here: at,
    far: 0,
    path: new DragPath({ t, x: event.x, y: event.y }, r.rules.pathPoints),
    prior: repeats ? prior : null,
  });
  r.input(t);
}

export function takeUp(r: Reduction, event: ButtonEvent, t: number): void {
  if (BUTTONS[event.button] === undefined) {
    r.ledger.note(r.index, 'other-button');
    return;
  }
  r.ledger.note(r.index, 'orphan-release');
  const press = r.gesture;
  if (press?.kind !== 'press' || press.number !== event.button) return;
  press.here = r.views.spot(event.x, event.y);
  press.path.add(t, event.x, event.y);
  press.to = r.index;
  press.until = t;
  r.input(t);
  r.lastEnd = t;
  if (isDrag(press, r.rules) || press.button !== 'left') {
    r.finish(press, event.node ?? null);
    return;
  }
  const { prior } = press;
  const clicked: Clicked = {
    ...press,
    kind: 'clicked',
    from: prior?.from ?? press.from,
    t: prior?.t ?? press.t,
    extra: [...(prior?.extra ?? []), ...press.extra],
    before: prior?.before ?? press.before,
    count: (prior?.count ?? 0) + 1,
    pressed: press.t,
  };
  r.open(clicked, press.t + r.rules.repeatMs);
  if (clicked.count === 3) r.close();
}

/** ACT27. */
export function takeWheel(r: Reduction, event: WheelEvent, t: number): void {
  const { dx, dy, mode } = event;
  if (dx === 0 && dy === 0) {
    r.ledger.note(r.index, 'scroll-effect');
    return;
  }
  const open = r.gesture;
  const goesOn =
    open?.kind === 'scrolling' &&
    open.mode === mode &&
    Math.sign(open.dx) === Math.sign(dx) &&
    Math.sign(open.dy) === Math.sign(dy);
  if (goesOn) {
    open.dx += dx;
    open.dy += dy;
    open.turns++;
    open.to = r.index;
    open.until = t;
    r.deadline = t + r.rules.scrollMs;
  } else {
    r.interrupt();
    const modifiers = r.held.names();
    const at = r.views.spot(event.x, event.y);
    r.open({ kind: 'scrolling', ...r.begin(t), modifiers, at, dx, dy, mode, turns: 1 }, t + r.rules.scrollMs);
  }
  r.ledger.note(r.index, 'crowded');
  r.input(t);
  r.lastEnd = t;
}
