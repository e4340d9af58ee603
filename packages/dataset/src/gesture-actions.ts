import type { ClickAction, EventRange, Unnumbered } from './action.ts';
import { mergeRanges } from './action-queue.ts';
import type { ActionRules } from './action-rules.ts';
import type { Gesture, Press } from './gesture.ts';
import { distance, placeOf } from './surface-view.ts';

const CLICKS: readonly ClickAction['kind'][] = ['click', 'double-click', 'triple-click'];

export type Claim = (from: number, to: number) => EventRange[];

/** ACT20. */
export function isDrag(press: Press, rules: ActionRules): boolean {
  return distance(press.at, press.here) > rules.dragPx || press.far > rules.excursionPx;
}

/** What a finished gesture was. A press is given as a click or a drag, after the click that it did not repeat. */
export function actionsOfGesture(
  gesture: Gesture,
  claim: Claim,
  rules: ActionRules,
  dropNode: number | null = null,
): Unnumbered[] {
  const { t, until, surface, node, before, modifiers } = gesture;
  const events = () => mergeRanges([...claim(gesture.from, gesture.to), ...gesture.extra.map(one)]);
  const common = () => ({ t, until, surface, node, before, events: events() });
  switch (gesture.kind) {
    case 'press': {
      const prior = gesture.prior ? actionsOfGesture(gesture.prior, claim, rules) : [];
      const at = placeOf(gesture.at);
      if (isDrag(gesture, rules)) {
        const { button, path, here } = gesture;
        const to = placeOf(here);
        return [
          ...prior,
          { kind: 'drag', ...common(), at, to, dropNode, button, path: path.points(), modifiers },
        ];
      }
      const kinds = { left: 'click', middle: 'middle-click', right: 'right-click' } as const;
      return [...prior, { kind: kinds[gesture.button], ...common(), at, modifiers }];
    }
    case 'clicked': {
      const kind = CLICKS[gesture.count - 1] ?? 'triple-click';
      return [{ kind, ...common(), at: placeOf(gesture.at), modifiers }];
    }
    case 'scrolling': {
      const { dx, dy, mode, turns } = gesture;
      return [{ kind: 'scroll', ...common(), at: placeOf(gesture.at), dx, dy, mode, turns, modifiers }];
    }
    case 'typing': {
      const { keys, deletions, value } = gesture;
      return [{ kind: 'type', ...common(), keys, deletions, value }];
    }
    case 'keying': {
      const { key, name, count } = gesture;
      return [{ kind: key, ...common(), name, count, modifiers }];
    }
  }
}

export function one(index: number): EventRange {
  return { from: index, to: index };
}
