import { type Demonstration, NO_PICTURE, readDemonstration } from './demonstration.ts';
import type { Dialect, PictureSize } from './dialect.ts';
import type { ExportAccount, ExportRecording, ExportSink } from './export-recording.ts';
import type { ModelAction } from './model-action.ts';
import type { PictureOptions } from './pictures.ts';
import { pyautogui } from './pyautogui.ts';

/** Without a dialect pyautogui, which is AgentNet's own. Without pictures `image` is null. */
export type TrajectoryOptions = PictureOptions & { dialect?: Dialect };

/**
 * Appends one recording to `trajectories.jsonl` as AgentNet training JSONL (spec/dataset-formats.md,
 * EXP30-EXP34) and writes its pictures to `images/`. Pictures are written as they are drawn; the line last.
 */
export async function exportTrajectory(
  recording: ExportRecording,
  sink: ExportSink,
  account: ExportAccount,
  options: TrajectoryOptions,
): Promise<void> {
  const shown = await readDemonstration(recording, sink, account, options);
  await writeTrajectory(shown, sink, account, options.dialect);
}

/** The line alone, of what was read before: from a recording, or from a release. */
export async function writeTrajectory(
  { id, instruction, steps, end, worked, stands }: Demonstration,
  sink: ExportSink,
  account: ExportAccount,
  dialect: Dialect = pyautogui,
): Promise<void> {
  const traj: unknown[] = [];
  for (const { action, picture, thought } of steps) {
    const code = spell(action, dialect, picture ?? NO_PICTURE, account);
    if (code === null) continue;
    traj.push({
      index: traj.length,
      image: picture?.name ?? null,
      value: { ...code, ...(thought ? { thought } : {}) },
    });
    account.actions++;
  }
  if (worked !== null) {
    const done = spell({ kind: 'done', success: worked }, dialect, NO_PICTURE, account);
    if (done) traj.push({ index: traj.length, image: end?.name ?? null, value: done });
  }
  const line = {
    task_id: id,
    instruction,
    ...(worked === null ? {} : { task_completed: worked }),
    ...(stands === undefined ? {} : { stands }),
    traj,
  };
  await sink.append('trajectories.jsonl', new TextEncoder().encode(`${JSON.stringify(line)}\n`));
  account.recordings++;
}

/** pyautogui's is `code`, text as AgentNet has it; other dialects give `actions`, a list of calls. */
function spell(
  model: ModelAction,
  dialect: Dialect,
  picture: PictureSize,
  account: ExportAccount,
): Record<string, unknown> | null {
  const { calls, exact } = dialect.write(model, picture);
  if (calls.length === 0) {
    account.leaveOut(`not-in-the-dialect-${model.kind}`);
    return null;
  }
  if (!exact) account.shorten(model.kind);
  return dialect.name === 'pyautogui' ? { code: calls.join('\n') } : { actions: calls };
}
