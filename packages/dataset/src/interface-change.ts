import type { FocusEvent, NavigateEvent, StateEvent } from '@aboveboard/protocol/event';
import { one } from './gesture-actions.ts';
import type { Reduction } from './reduction.ts';
import { placeOf } from './surface-view.ts';

export function takeState(r: Reduction, event: StateEvent, t: number): void {
  const view = r.views.of(event.surface);
  const inFront = view === r.views.front;
  if (inFront && r.gesture === null) {
    if (event.settled && hasWaited(r, t)) {
      wait(r, event, t);
      return;
    }
    if (!event.settled && isHover(r, t)) {
      hover(r, event, t);
      return;
    }
  }
  if (inFront && event.settled) r.settledSince = true;
  else if (inFront) r.changedSince ??= t;
  r.views.change(event, t);
  r.ledger.note(r.index, 'state');
}

/** ACT41. */
function hasWaited(r: Reduction, t: number): boolean {
  const ended = r.lastEnd;
  if (ended === null || r.settledSince || r.changedSince === null) return false;
  if (r.lastInput !== null && r.lastInput > ended) return false;
  return r.changedSince - ended <= r.rules.causeMs && t - ended >= r.rules.waitMs;
}

function wait(r: Reduction, event: StateEvent, t: number): void {
  const began = r.lastEnd ?? t;
  const before = r.before(began);
  r.views.change(event, t);
  const { surface } = event;
  r.emit({ kind: 'wait', t: began, until: t, surface, node: null, events: [one(r.index)], before });
  r.settledSince = true;
}

/** ACT28, but for what comes after. */
function isHover(r: Reduction, t: number): boolean {
  const view = r.views.front;
  if (view.settled === null || view.changing || r.moved === null) return false;
  const rested = t - r.moved;
  const { hoverFromMs, hoverToMs } = r.rules;
  if (rested < hoverFromMs || rested > hoverToMs) return false;
  if (r.lastInput !== null && t - r.lastInput <= hoverToMs) return false;
  return view.changed === null || t - view.changed > hoverToMs;
}

/** Whether it matters shows with the next action: until then it waits. */
function hover(r: Reduction, event: StateEvent, t: number): void {
  r.dropHover();
  const spot = r.views.spot(r.pointer.x, r.pointer.y);
  const began = r.moved ?? t;
  r.hover = {
    index: r.index,
    spot,
    action: {
      kind: 'hover',
      t: began,
      until: t,
      surface: event.surface,
      node: null,
      events: [one(r.index)],
      before: r.before(began),
      at: placeOf(spot),
    },
  };
  r.changedSince ??= t;
  r.views.change(event, t);
}

/** ACT40. */
export function takeNavigate(r: Reduction, event: NavigateEvent, t: number): void {
  const { origin: known, placed } = r.views.of(event.surface);
  const saysWhere = known === null || (!placed && event.cause === 'load');
  const isAction = !saysWhere && r.gesture?.kind !== 'press' && !r.caused(t);
  const before = r.before(t);
  r.views.navigate(event);
  if (!isAction) {
    r.ledger.note(r.index, 'navigation');
    return;
  }
  const { surface, origin, path, cause } = event;
  go(r, t, before, { surface, origin, path, cause });
}

export function takeFocus(r: Reduction, event: FocusEvent, t: number): void {
  if (event.scope === 'element') {
    r.focus = event.node ?? null;
    if (r.gesture?.kind === 'typing' && r.gesture.node !== r.focus) r.close();
    r.ledger.note(r.index, 'focus');
    return;
  }
  const before = r.before(t);
  const changed = r.views.bringToFront(event.surface);
  if (changed) r.focus = null;
  if (!changed || r.gesture?.kind === 'press' || r.caused(t)) {
    r.ledger.note(r.index, 'focus');
    return;
  }
  const { surface, origin, path } = r.views.front;
  go(r, t, before, { surface, origin, path, cause: 'switch' });
}

function go(
  r: Reduction,
  t: number,
  before: ReturnType<Reduction['before']>,
  where: {
    surface: number;
    origin: string | null;
    path: string | null;
    cause: NavigateEvent['cause'] | 'switch';
  },
): void {
  r.close();
  r.emit({ kind: 'navigate', t, until: t, node: null, events: [one(r.index)], before, ...where });
  r.lastEnd = t;
}
