import type { Unnumbered } from './action.ts';

/** Keys that open a native list, go through it or close it. */
const KEYS: ReadonlySet<string | null> = new Set([
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'End',
  'Enter',
  'F4',
  'Home',
  'PageDown',
  'PageUp',
  'Space',
]);
const SHORTCUTS: ReadonlySet<string | null> = new Set(['alt+ArrowDown', 'alt+ArrowUp']);

/** What may turn out to have been part of choosing in the list that it acted on (ACT35). */
export function mayChoose(action: Unnumbered): boolean {
  switch (action.kind) {
    case 'click':
    case 'double-click':
      return action.node !== null && action.modifiers.length === 0;
    case 'type':
      return action.value === null && action.deletions === 0;
    case 'key':
      return KEYS.has(action.name) && action.modifiers.length === 0;
    case 'shortcut':
      return SHORTCUTS.has(action.name);
    default:
      return action.kind === 'select';
  }
}

/** Where and when a list was chosen in. */
export type Choosing = { surface: number; node: number | null; t: number };

/**
 * How many of `before`, counted from its end, were part of the choice (ACT35, ACT36). They all may choose, or
 * are waits between what may. A key may not know its element, a click does.
 */
export function choosersIn(
  before: readonly Unnumbered[],
  { surface, node, t }: Choosing,
  withinTicks: number,
): number {
  let count = 0;
  let next = t;
  for (let i = before.length - 1; i >= 0; i--) {
    const action = before[i] as Unnumbered;
    if (action.kind === 'wait') continue;
    const opens = action.kind === 'click' || action.kind === 'double-click';
    const elsewhere = action.node !== node && (opens || (action.node !== null && node !== null));
    if (elsewhere || action.surface !== surface) break;
    if (!opens && next - action.until > withinTicks) break;
    count = before.length - i;
    if (opens || action.kind === 'select') break;
    next = action.t;
  }
  return count;
}
