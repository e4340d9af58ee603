import type { ReleasedTask } from '../release/released-task.ts';
import type { ShownNode, ShownTree } from '../shown-tree.ts';

/** What a policy knows at a step, and all that it knows: nothing of this step's own action, and nothing of later ones (EVA31). */
export type ElementView = {
  instruction: string;
  nodes: readonly ShownNode[];
  /** What was done before, the last at the end. */
  history: readonly ActedOn[];
};
export type ActedOn = { kind: string; role: string; name: string };

/** `truth` is the place in `view.nodes` of what was acted on. */
export type ElementStep = { view: ElementView; truth: number; kind: string };
export type ElementTask = {
  applications: readonly string[];
  steps: ElementStep[];
  /** Steps of which no tree shows what was acted on: they are not asked (EVA30). */
  unknown: number;
};

const REMEMBERED = 3;

export function elementTask(task: ReleasedTask, trees: readonly ShownTree[]): ElementTask {
  const before = new Map(
    trees.flatMap(({ nodes, steps }) => steps.map(({ step, node }) => [step, { nodes, node }])),
  );
  const steps: ElementStep[] = [];
  const history: ActedOn[] = [];
  for (const [index, { action }] of task.steps.entries()) {
    const stood = before.get(index);
    const acted = stood?.node === null ? undefined : stood?.nodes[stood.node];
    if (stood && stood.node !== null && acted) {
      const view = { instruction: task.instruction, nodes: stood.nodes, history: history.slice(-REMEMBERED) };
      steps.push({ view, truth: stood.node, kind: action.kind });
    }
    history.push({ kind: action.kind, role: acted?.role ?? '', name: acted?.name ?? '' });
  }
  return { applications: task.applications, steps, unknown: task.steps.length - steps.length };
}
