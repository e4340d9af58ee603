import { FramePlan, frameKey } from '../frame-plan.ts';
import type { PictureSize } from './dialect.ts';
import {
  type ExportAccount,
  type ExportRecording,
  type ExportSink,
  instructionOf,
  readActions,
} from './export-recording.ts';
import { type ModelAction, modelActionOf } from './model-action.ts';
import { drawPictures, type Picture, type PictureOptions } from './pictures.ts';

/** With no picture at hand places in pixels refer to a picture of the viewport's own size. */
export const NO_PICTURE: PictureSize = { width: 1000, height: 1000 };

/** What a person showed, as formats of trajectories tell it: steps with the picture before each. */
export type Demonstration = {
  id: string;
  instruction: string;
  steps: DemonstrationStep[];
  /** After the last action; null: none was drawn. */
  end: Picture | null;
  /** Her word; null: she gave none. */
  worked: boolean | null;
};
export type DemonstrationStep = {
  action: ModelAction;
  picture: Picture | null;
  /** Her reason for it, where she gave one. */
  thought: string | null;
};

/**
 * Reads one recording and draws its pictures to `images/`. What no format can say (EXP4) is counted in `account` and
 * left out; a format leaves out more by itself.
 */
export async function readDemonstration(
  recording: ExportRecording,
  sink: ExportSink,
  account: ExportAccount,
  options: PictureOptions,
): Promise<Demonstration> {
  const { manifest } = recording;
  const { tickMicroseconds } = manifest.clock;
  const plan = new FramePlan({ ...options, tickMicroseconds });
  const actions = await readActions(recording, (event) => plan.see(event));
  const last = actions.at(-1);
  const end = { surface: last?.surface ?? 0, t: manifest.clock.durationTicks };
  const wants = [...plan.wants(actions), ...(last ? [end] : [])];
  const { frames } = options;
  const pictures = await drawPictures(manifest.id, wants, { sink, account, frames });
  const reasons = new Map(manifest.outcome.reasons.map(({ action, text }) => [action, text]));
  const steps: DemonstrationStep[] = [];
  for (const action of actions) {
    const picture = pictures.get(frameKey({ surface: action.surface, t: action.before.t })) ?? null;
    if (frames !== null && picture === null) account.shorten('no-picture');
    const model = modelActionOf(action, { ...(picture ? { area: picture.area } : {}), tickMicroseconds });
    if (typeof model === 'string') account.leaveOut(model);
    else steps.push({ action: model, picture, thought: reasons.get(action.index) ?? null });
  }
  return {
    id: manifest.id,
    instruction: instructionOf(manifest),
    steps,
    end: pictures.get(frameKey(end)) ?? null,
    worked: manifest.outcome.worked,
  };
}
