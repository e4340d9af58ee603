import type { KeyEvent, TextEvent } from '@aboveboard/protocol/event';
import { mergeRanges } from './action-queue.ts';
import type { Keying } from './gesture.ts';
import { one } from './gesture-actions.ts';
import type { Reduction } from './reduction.ts';

/** A run with more modifiers in it than this is ended, and another begins: memory stays bounded. */
const MOST_MODIFIERS = 1024;

export function takeKeydown(r: Reduction, event: KeyEvent, t: number): void {
  if (event.key === 'modifier') {
    if (!r.held.press(event.name, r.index, t)) r.ledger.note(r.index, 'modifier');
    return;
  }
  const typed = event.key === 'printable' || event.key === 'space';
  const corrects = event.key === 'delete' && r.gesture?.kind === 'typing' && !r.held.any;
  if (typed || corrects) type(r, typed, t);
  else press(r, event.key === 'shortcut' ? 'shortcut' : 'key', event.name ?? null, t);
  r.ledger.note(r.index, 'crowded');
  r.input(t);
  r.lastEnd = t;
}

/** ACT30. */
function type(r: Reduction, typed: boolean, t: number): void {
  if (r.gesture?.kind !== 'typing' || r.gesture.extra.length >= MOST_MODIFIERS) {
    r.interrupt();
    r.open({
      kind: 'typing',
      ...r.begin(t),
      node: r.focus,
      modifiers: [],
      keys: 0,
      deletions: 0,
      value: null,
    });
  } else r.gesture.extra.push(...r.held.take());
  const typing = r.gesture;
  if (typing?.kind !== 'typing') return;
  if (typed) typing.keys++;
  else typing.deletions++;
  typing.to = r.index;
  typing.until = t;
  r.deadline = t + r.rules.typeMs;
}

/** ACT32. */
function press(r: Reduction, key: Keying['key'], name: string | null, t: number): void {
  const open = r.gesture;
  const modifiers = r.held.names();
  const again =
    open?.kind === 'keying' &&
    open.key === key &&
    open.name === name &&
    open.extra.length < MOST_MODIFIERS &&
    open.modifiers.join() === modifiers.join();
  if (again) {
    open.extra.push(...r.held.take());
    open.count++;
    open.to = r.index;
    open.until = t;
    r.deadline = t + r.rules.keyMs;
    return;
  }
  r.interrupt();
  r.open({ kind: 'keying', ...r.begin(t), node: r.focus, modifiers, key, name, count: 1 }, t + r.rules.keyMs);
}

export function takeKeyup(r: Reduction, event: KeyEvent, t: number): void {
  const open = r.gesture;
  if (event.key !== 'modifier') {
    if (open?.kind === 'typing' || open?.kind === 'keying') open.to = r.index;
    r.ledger.note(r.index, 'key-release');
    return;
  }
  const held = r.held.release(event.name);
  if (held === null || !held.free) {
    r.ledger.note(r.index, 'key-release');
    return;
  }
  const alone = r.lastInputIndex < held.index && open?.kind !== 'press';
  if (!alone || (held.name !== 'Alt' && held.name !== 'Meta')) {
    r.leaveOver({ rule: 'modifier', ...one(held.index) });
    r.ledger.note(r.index, 'modifier');
    return;
  }
  r.close();
  r.emit({
    kind: 'key',
    t: held.t,
    until: t,
    surface: r.views.front.surface,
    node: r.focus,
    events: mergeRanges([one(held.index), one(r.index)]),
    before: r.before(held.t),
    name: held.name,
    count: 1,
    modifiers: [],
  });
  r.input(t);
  r.lastEnd = t;
}

/** ACT31. The event belongs to the run that it is about, also when it comes inside of another action. */
export function takeText(r: Reduction, event: TextEvent, t: number): void {
  const node = event.node ?? null;
  const typing = r.gesture;
  if (typing?.kind === 'typing' && (node === null || typing.node === null || typing.node === node)) {
    typing.value = event.value;
    typing.node ??= node;
    typing.extra.push(r.index);
    r.close();
    return;
  }
  if (r.queue.text(node, event.value, one(r.index))) return;
  r.close();
  r.emit({
    kind: 'type',
    t,
    until: t,
    surface: r.views.front.surface,
    node,
    events: [one(r.index)],
    before: r.before(t),
    keys: 0,
    deletions: 0,
    value: event.value,
  });
}
