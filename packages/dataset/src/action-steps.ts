import type { StateItem } from '@aboveboard/protocol/state';
import { StateTree } from '@aboveboard/protocol/state-tree';
import type { Action } from './action.ts';
import { type ExportRecording, readActions } from './export/export-recording.ts';
import { stepWords } from './messages/en.ts';
import { type Target, targetOf } from './tree-target.ts';

/** An action with its target and a line that says in words what was done; what review and replay list. */
export type Step = {
  index: number;
  kind: Action['kind'];
  from: number;
  to: number;
  surface: number;
  node?: number;
  x?: number;
  y?: number;
  label: string;
  target: Target | null;
};

/** How a step is said. `name` is what the masked state calls the target; empty where it has no name. */
export type StepWords = (action: Action, target: Target | null) => string;

/** All steps of a recording. Reads events once and states once; holds one tree a surface. */
export async function readSteps(
  recording: ExportRecording,
  words: StepWords = stepWords,
): Promise<{ actions: Action[]; steps: Step[] }> {
  const actions = await readActions(recording);
  const targets = await readTargets(recording.states(), actions);
  const steps = actions.map((action, index): Step => {
    const target = targets[index] ?? null;
    const place = 'at' in action ? { x: action.at.x, y: action.at.y } : {};
    return {
      index: action.index,
      kind: action.kind,
      from: action.t,
      to: action.until,
      surface: action.surface,
      ...(action.node === null ? {} : { node: action.node }),
      ...place,
      label: words(action, target),
      target,
    };
  });
  return { actions, steps };
}

/** What each action acts on, in the state before it. */
async function readTargets(
  states: AsyncIterable<StateItem[]>,
  actions: readonly Action[],
): Promise<(Target | null)[]> {
  const targets: (Target | null)[] = actions.map(() => null);
  const order = actions.map((_, index) => index).sort((a, b) => at(actions, a) - at(actions, b));
  const trees = new Map<number, StateTree>();
  let next = 0;
  const answer = (before: number) => {
    for (let index = order[next]; index !== undefined && at(actions, index) < before; index = order[++next]) {
      const action = actions[index] as Action;
      const tree = trees.get(action.surface);
      if (tree && action.node !== null) targets[index] = targetOf(tree, action.node);
    }
  };
  for await (const items of states) {
    for (const item of items) {
      answer(item.t);
      let tree = trees.get(item.surface);
      if (!tree) {
        // A contradiction in the states costs names, not the list.
        tree = new StateTree({ onFault: () => undefined });
        trees.set(item.surface, tree);
      }
      tree.apply(item.event);
    }
  }
  answer(Number.POSITIVE_INFINITY);
  return targets;
}

/** The state that was there when the input began: an element may have come after the surface settled. */
function at(actions: readonly Action[], index: number): number {
  return actions[index]?.t ?? 0;
}
