import type { FrameSource } from '../frame-source.ts';
import type { Dialect, PictureSize } from './dialect.ts';
import {
  areaOf,
  type ExportAccount,
  type ExportRecording,
  type ExportSink,
  instructionOf,
  readActions,
} from './export-recording.ts';
import { type ModelAction, modelActionOf } from './model-action.ts';
import { pyautogui } from './pyautogui.ts';

export type TrajectoryOptions = {
  /** pyautogui: AgentNet's own. */
  dialect?: Dialect;
  /** Null: no pictures; `image` is then null too. */
  frames: FrameSource | null;
};

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
  const actions = await readActions(recording);
  const pictures = await drawPictures(recording, actions, sink, account, options.frames);
  const reasons = new Map(manifest.outcome.reasons.map(({ action, text }) => [action, text]));
  const traj: unknown[] = [];
  for (const action of actions) {
    const picture = pictures.get(`${action.surface}/${action.before.t}`);
    if (options.frames !== null && picture === undefined) account.shorten('no-picture');
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
    if (done) traj.push({ index: traj.length, image: pictures.get('end')?.name ?? null, value: done });
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

type Picture = PictureSize & { name: string; area: { x: number; y: number; width: number; height: number } };

async function drawPictures(
  recording: ExportRecording,
  actions: Awaited<ReturnType<typeof readActions>>,
  sink: ExportSink,
  account: ExportAccount,
  frames: FrameSource | null,
): Promise<Map<string, Picture>> {
  const pictures = new Map<string, Picture>();
  if (frames === null) return pictures;
  const { id, clock } = recording.manifest;
  const wants = new Map(
    actions.map(({ surface, before }) => [`${surface}/${before.t}`, { surface, t: before.t }]),
  );
  const last = actions.at(-1);
  const end = last ? { surface: last.surface, t: clock.durationTicks } : null;
  if (end) wants.set(`${end.surface}/${end.t}`, end);
  for await (const frame of frames.frames([...wants.values()])) {
    const name = `${id}-${pictures.size}.png`;
    await sink.write(`images/${name}`, frame.png);
    const { width, height, want } = frame;
    const picture = { width, height, name, area: areaOf(frame) };
    pictures.set(`${want.surface}/${want.t}`, picture);
    if (end !== null && want.surface === end.surface && want.t === end.t) pictures.set('end', picture);
    account.frames++;
  }
  return pictures;
}
