import { type PointerSession, tasksOf } from '@aboveboard/dataset/risk/attacked-task';
import type { PointerAction } from '@aboveboard/redact/movement/pointer-action';
import { actionsIn, type Form, mixtureOf, released } from './forms.ts';

/** What training still has of a form: shares of the actions of five-minute tasks as recorded. */
export type Utility = {
  /** The same kind, target and order, on the standard screen where there is one. */
  same: number;
  /** Clicks inside their target. */
  inside: number;
  /** Points that are as they were, of all actions' points. */
  kept: number;
};

export function utilityOf(sessions: readonly PointerSession[], form: Form): Utility {
  if (form === 'open, mixed') {
    const { cohort, dropped } = mixtureOf(sessions);
    const all = cohort.flat(2).length;
    const share = 1 - (dropped.rare + dropped.rest) / all;
    return { same: share, inside: share, kept: keptShare(cohort.flat(2)) };
  }
  let [actions, same, clicks, inside] = [0, 0, 0, 0];
  const all: PointerAction[] = [];
  for (const session of sessions) {
    for (const task of tasksOf(session, 5)) {
      const { before, after } = released(sessions, task, form);
      const now = actionsIn(after);
      all.push(...before);
      actions += before.length;
      for (const [i, was] of before.entries()) {
        const is = now[i];
        const alike =
          is !== undefined && is.kind === was.kind && is.on.id === was.on.id && over(is) === over(was);
        if (alike) same++;
        if (!was.kind.endsWith('click')) continue;
        clicks++;
        if (is?.on.id === was.on.id) inside++;
      }
    }
  }
  const kept = form.startsWith('open') ? 0 : form.startsWith('release') ? keptShare(all) : 1;
  return { same: same / actions, inside: inside / clicks, kept };
}

function over(action: PointerAction): number | null {
  return action.kind === 'drag' ? action.over.id : null;
}

function keptShare(actions: readonly PointerAction[]): number {
  const points = actions.reduce(
    (sum, { kind }) => sum + (kind === 'drag' ? 2 : kind === 'scroll' ? 0 : 1),
    0,
  );
  return (2 * actions.filter(({ kind }) => kind === 'drag').length) / points;
}
