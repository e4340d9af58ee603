import type { SelectEvent } from '@aboveboard/protocol/event';
import type { SelectAction, Unnumbered } from './action.ts';
import { mergeRanges } from './action-queue.ts';
import { one } from './gesture-actions.ts';
import type { Reduction } from './reduction.ts';

/** ACT35, ACT36. */
export function takeSelect(r: Reduction, event: SelectEvent, t: number): void {
  const node = event.node ?? null;
  r.interrupt();
  const begin = r.before(t);
  const { surface } = r.views.front;
  const taken = r.queue.choosers({ surface, node, t }, r.rules.typeMs);
  if (taken.length > 0) r.dropHover();
  const parts = taken.filter((action) => action.kind !== 'wait');
  for (const action of taken) {
    if (action.kind === 'wait') for (const range of action.events) r.leaveOver({ rule: 'state', ...range });
  }
  const [first] = parts;
  const pointed = parts.find((action) => 'at' in action && action.at !== null);
  const choice: Unnumbered<SelectAction> = {
    kind: 'select',
    t: first?.t ?? t,
    until: t,
    surface,
    node,
    events: mergeRanges([...parts.flatMap((action) => action.events), one(r.index)]),
    before: first?.before ?? begin,
    at: pointed && 'at' in pointed ? pointed.at : null,
    option: event.option ?? null,
    value: event.value,
  };
  r.emit(choice);
  r.input(t);
  r.lastEnd = t;
}
