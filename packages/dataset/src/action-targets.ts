import type { StateItem } from '@aboveboard/protocol/state';
import { StateTree } from '@aboveboard/protocol/state-tree';
import type { Action } from './action.ts';
import { type Target, targetOf } from './tree-target.ts';

/**
 * What each action acts on, by the action's index, in the state that was there when its input began: an
 * element may have come after the surface settled. Reads the states once and holds one tree a surface;
 * `see` is shown each action with its surface's tree, which changes when it returns.
 */
export async function readTargets(
  states: AsyncIterable<StateItem[]>,
  actions: readonly Action[],
  see?: (action: Action, tree: StateTree) => Promise<void>,
): Promise<Map<number, Target>> {
  const targets = new Map<number, Target>();
  const trees = new Map<number, StateTree>();
  const sorted = [...actions].sort((a, b) => a.t - b.t);
  let next = 0;
  const upTo = async (t: number): Promise<void> => {
    for (let action = sorted[next]; action && action.t < t; action = sorted[++next]) {
      const tree = trees.get(action.surface);
      if (!tree) continue;
      const dragged = action.kind === 'drag';
      const target = action.node === null ? null : targetOf(tree, action.node, { dragged });
      if (target) targets.set(action.index, target);
      await see?.(action, tree);
    }
  };
  for await (const items of states) {
    for (const { t, surface, event } of items) {
      if ((sorted[next]?.t ?? Number.POSITIVE_INFINITY) < t) await upTo(t);
      let tree = trees.get(surface);
      if (!tree) {
        // What contradicts is left out, as a player would: it costs names, not the list.
        tree = new StateTree({ onFault: () => undefined });
        trees.set(surface, tree);
      }
      tree.apply(event);
    }
  }
  await upTo(Number.POSITIVE_INFINITY);
  return targets;
}
