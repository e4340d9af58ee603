import type { Action } from './action.ts';
import { readTargets } from './action-targets.ts';
import { type ExportRecording, readActions } from './export/export-recording.ts';
import { stepWords } from './messages/en.ts';
import type { Target } from './tree-target.ts';

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
  const steps = actions.map((action): Step => {
    const target = targets.get(action.index) ?? null;
    const place = 'at' in action && action.at ? { x: action.at.x, y: action.at.y } : {};
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
