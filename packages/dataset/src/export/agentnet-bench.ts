import { truthActions } from '../eval/bench-action.ts';
import type { BenchStep, BenchTask } from '../eval/bench-task.ts';
import { type Demonstration, NO_PICTURE } from './demonstration.ts';
import type { ExportAccount, ExportSink } from './export-recording.ts';

/** What the benchmark can't say, in words for the one who exports (EVA5, EVA6). */
export const BENCH_LOSES: readonly string[] = [
  'other buttons than the primary, but for a single secondary click',
  'sideways scrolling, waiting, and navigation',
  'held modifiers, and the path of a drag',
  'a choice in a list becomes a click, its text and Enter',
  'steps whose text was masked',
];

/**
 * Writes one task to `tasks/ID.json` as AgentNetBench has them (EVA1-EVA9), of what was read before with its boxes. `applications`:
 * the origins that it goes over.
 */
export async function writeBenchTask(
  shown: Demonstration,
  applications: readonly string[],
  sink: ExportSink,
  account: ExportAccount,
): Promise<void> {
  const steps: BenchStep[] = [];
  const add = (image: string | null, actions: BenchStep['ground_truth_actions']) =>
    steps.push({ step_num: steps.length + 1, image, ground_truth_actions: actions });
  for (const { action, picture, box, dropBox, masked } of shown.steps) {
    // Nobody could know the filler that stands for what was typed.
    if (masked) {
      account.leaveOut('masked-text');
      continue;
    }
    const { actions, exact } = truthActions(action, { box, dropBox }, picture ?? NO_PICTURE);
    if (actions.length === 0) {
      account.leaveOut(`not-in-the-benchmark-${action.kind}`);
      continue;
    }
    if (!exact) account.shorten(action.kind);
    add(picture?.name ?? null, actions);
    account.actions++;
  }
  if (shown.worked !== null) {
    const { actions } = truthActions(
      { kind: 'done', success: shown.worked },
      { box: null, dropBox: null },
      NO_PICTURE,
    );
    add(shown.end?.name ?? null, actions);
  }
  const task: BenchTask = {
    task_id: shown.id,
    high_level_task_description: shown.instruction,
    user_task_description: shown.instruction,
    applications,
    steps,
  };
  await sink.write(`tasks/${shown.id}.json`, new TextEncoder().encode(`${JSON.stringify(task, null, 2)}\n`));
  account.recordings++;
}
