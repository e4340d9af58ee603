import { FramePlan, frameKey } from '../frame-plan.ts';
import type { Dialect, PictureSize } from './dialect.ts';
import {
  type ExportAccount,
  type ExportRecording,
  type ExportSink,
  instructionOf,
  readActions,
} from './export-recording.ts';
import { type ModelAction, modelActionOf } from './model-action.ts';
import { drawPictures, type PictureOptions } from './pictures.ts';
import { pyautogui } from './pyautogui.ts';

/** Without a dialect pyautogui, which is AgentNet's own. Without pictures `image` is null. */
export type TrajectoryOptions = PictureOptions & { dialect?: Dialect };

/** With no picture at hand places in pixels refer to a picture of the viewport's own size. */
const NO_PICTURE: PictureSize = { width: 1000, height: 1000 };

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
  const { manifest } = recording;
  const dialect = options.dialect ?? pyautogui;
  const plan = new FramePlan({ ...options, tickMicroseconds: manifest.clock.tickMicroseconds });
  const actions = await readActions(recording, (event) => plan.see(event));
  const last = actions.at(-1);
  const end = { surface: last?.surface ?? 0, t: manifest.clock.durationTicks };
  const wants = [...plan.wants(actions), ...(last ? [end] : [])];
  const { frames } = options;
  const pictures = await drawPictures(manifest.id, wants, { sink, account, frames });
  const reasons = new Map(manifest.outcome.reasons.map(({ action, text }) => [action, text]));
  const traj: unknown[] = [];
  for (const action of actions) {
    const picture = pictures.get(frameKey({ surface: action.surface, t: action.before.t }));
    if (frames !== null && picture === undefined) account.shorten('no-picture');
    const model = modelActionOf(action, {
      ...(picture ? { area: picture.area } : {}),
      tickMicroseconds: manifest.clock.tickMicroseconds,
    });
    if (typeof model === 'string') {
      account.leaveOut(model);
      continue;
    }
    const code = spell(model, dialect, picture ?? NO_PICTURE, account);
    if (code === null) continue;
    const thought = reasons.get(action.index);
    traj.push({
      index: traj.length,
      image: picture?.name ?? null,
      value: { ...code, ...(thought ? { thought } : {}) },
    });
    account.actions++;
  }
  const { worked } = manifest.outcome;
  if (worked !== null) {
    const done = spell({ kind: 'done', success: worked }, dialect, NO_PICTURE, account);
    if (done)
      traj.push({ index: traj.length, image: pictures.get(frameKey(end))?.name ?? null, value: done });
  }
  const line = {
    task_id: manifest.id,
    instruction: instructionOf(manifest),
    ...(worked === null ? {} : { task_completed: worked }),
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
