import { PART_ACTIONS } from '@aboveboard/redact/movement/task-parts';
import type { Action } from './action.ts';
import type { Course } from './subgoals.ts';

/** Indices of actions, `to` not included. `stands`: whether the task begins, goes on or ends here, and no more of it (MOV52). */
export type TaskPart = { from: number; to: number; stands: 'begins' | 'goes-on' | 'ends' };

export type TaskCut = {
  /** Empty: the task is short enough to be whole. */
  parts: TaskPart[];
  /** Cuts that no subgoal gave a place for (MOV51). */
  withoutSubgoal: number;
};

/** Each part as long as it can be, to the last subgoal within `most` steps. The same recording, the same cut. */
export function cutAtSubgoals(
  { actions, subgoals }: Pick<Course, 'actions' | 'subgoals'>,
  most: number = PART_ACTIONS,
): TaskCut {
  const bounds = [0];
  let withoutSubgoal = 0;
  for (;;) {
    const from = bounds.at(-1) as number;
    const limit = afterSteps(actions, from, most);
    if (limit >= actions.length) break;
    const subgoal = lastWithin(subgoals, from, limit);
    if (subgoal === null) withoutSubgoal++;
    bounds.push(subgoal ?? limit);
  }
  const parts = bounds.map((from, i): TaskPart => {
    const stands = i === 0 ? 'begins' : i === bounds.length - 1 ? 'ends' : 'goes-on';
    return { from, to: bounds[i + 1] ?? actions.length, stands };
  });
  return parts.length === 1 ? { parts: [], withoutSubgoal: 0 } : { parts, withoutSubgoal };
}

/** Of the first action that is one step too many; navigation follows by itself and is no step (EXP4). */
function afterSteps(actions: readonly Action[], from: number, most: number): number {
  let steps = 0;
  let at = from;
  for (; at < actions.length; at++) {
    if (actions[at]?.kind !== 'navigate' && ++steps > most) break;
  }
  return at;
}

function lastWithin(subgoals: Course['subgoals'], from: number, limit: number): number | null {
  for (let at = limit; at > from; at--) if (subgoals.has(at)) return at;
  return null;
}
