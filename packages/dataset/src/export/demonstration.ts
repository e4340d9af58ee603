import type { InterfaceNode } from '@aboveboard/protocol/state';
import type { Action } from '../action.ts';
import { readTargets } from '../action-targets.ts';
import type { Box } from '../environment.ts';
import { FramePlan, frameKey } from '../frame-plan.ts';
import type { FrameWant } from '../frame-source.ts';
import { readPlainTrees } from '../plain-tree.ts';
import { ReleasedClock } from '../released-clock.ts';
import { releasedStep } from '../released-step.ts';
import type { ShownTrees } from '../shown-tree.ts';
import { StandardWindows } from '../standard-window.ts';
import { targetBox } from '../target-box.ts';
import type { TaskPart } from '../task-parts.ts';
import type { Target } from '../tree-target.ts';
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
  /** Her word; null: she gave none, or the task goes on after what is shown. */
  worked: boolean | null;
  /** Of a part of a longer task: which end of it is shown (MOV52). */
  stands?: TaskPart['stands'];
};
export type DemonstrationStep = {
  action: ModelAction;
  picture: Picture | null;
  /** Her reason for it, where she gave one. */
  thought: string | null;
  /** Of what it acts on, and of what something is dropped on, in the picture; null: not known, or not asked for. */
  box: Box | null;
  dropBox: Box | null;
  /** What was typed or chosen is filler. */
  masked: boolean;
};

/**
 * Reads one recording and draws its pictures to `images/`. What no format can say (EXP4) is counted in `account` and
 * left out; a format leaves out more by itself.
 */
export async function readDemonstration(
  recording: ExportRecording,
  sink: ExportSink,
  account: ExportAccount,
  options: PictureOptions & {
    boxes?: boolean;
    part?: TaskPart;
    /** Takes the interface before each step, and at the end. */
    interfaces?: ShownTrees;
    /** Of this recording, where they were read before; with `frames` null alone, for pictures are planned from events. */
    actions?: readonly Action[];
  },
): Promise<Demonstration> {
  const { manifest } = recording;
  const { tickMicroseconds } = manifest.clock;
  const { frames, movement, part, interfaces } = options;
  const plan = new FramePlan({ ...options, tickMicroseconds });
  const known = frames === null ? options.actions : undefined;
  const all = known ?? (await readActions(recording, (event) => plan.see(event)));
  const actions = part ? all.slice(part.from, part.to) : all;
  const since = part && part.stands !== 'begins' ? (actions[0]?.before.t ?? 0) : 0;
  const isEnd = part === undefined || part.stands === 'ends';
  const last = actions.at(-1);
  const end = { surface: last?.surface ?? 0, t: manifest.clock.durationTicks };
  const within = ({ t }: FrameWant) => t >= since && (isEnd || t <= (last?.before.t ?? 0));
  // The picture that a part ends with is the one that the next begins with: it would put them together again.
  const wants = [...plan.wants(actions).filter(within), ...(last && isEnd ? [end] : [])];
  const targets =
    options.boxes || movement || interfaces
      ? await readTargets(recording.states(), actions)
      : new Map<number, Target>();
  const trees = options.boxes || movement ? new TargetTrees(actions, targets) : null;
  const clock = movement ? new ReleasedClock(actions, tickMicroseconds, movement, since) : null;
  const to = { sink, account, frames, clock };
  const windows = movement ? new StandardWindows(actions) : null;
  const pictures = await drawPictures(
    manifest.id,
    windows ? wants.map((want) => windows.want(want)) : wants,
    to,
    async (want, tree, picture) => {
      trees?.see(want, tree);
      interfaces?.draw(want, tree, picture);
    },
    (frame) => windows?.see(frame),
  );
  account.keptWindows += windows?.kept ?? 0;
  if (interfaces) {
    const left = wants.filter((want) => !interfaces.has(want));
    await readPlainTrees(recording.states(), left, (want, { nodes, cut }) =>
      interfaces.take(want, { nodes, cut, image: null }),
    );
  }
  const reasons = new Map(manifest.outcome.reasons.map(({ action, text }) => [action, text]));
  const steps: DemonstrationStep[] = [];
  for (const action of actions) {
    const picture = pictures.get(frameKey({ surface: action.surface, t: action.before.t })) ?? null;
    if (frames !== null && picture === null) account.shorten('no-picture');
    const model = modelActionOf(windows?.moved(action) ?? action, {
      ...(picture ? { area: picture.area } : {}),
      tickMicroseconds,
    });
    if (typeof model === 'string') account.leaveOut(model);
    else {
      const boxes = trees?.boxesOf(action, picture) ?? { box: null, dropBox: null };
      const role = targets.get(action.index)?.role ?? null;
      const shown = movement
        ? releasedStep(model, { role, box: boxes.box, height: picture?.height ?? 0 }, movement)
        : { action: model, kept: 0 };
      account.keptPoints += shown.kept;
      const before = { surface: action.surface, t: action.before.t };
      interfaces?.stoodBefore(steps.length, before, actedOn(action, targets));
      steps.push({
        action: shown.action,
        picture,
        thought: reasons.get(action.index) ?? null,
        ...(options.boxes ? boxes : { box: null, dropBox: null }),
        masked: (action.kind === 'type' || action.kind === 'select') && action.value?.open !== true,
      });
    }
  }
  if (isEnd) interfaces?.stoodAtTheEnd(end);
  return {
    id: manifest.id,
    instruction: instructionOf(manifest),
    steps,
    end: pictures.get(frameKey(end)) ?? null,
    worked: isEnd ? manifest.outcome.worked : null,
    ...(part ? { stands: part.stands } : {}),
  };
}

/** By the recording's numbers. */
function actedOn(
  action: Action,
  targets: ReadonlyMap<number, Target>,
): { node: number | null; drop: number | null } {
  const node = action.kind === 'drag' ? action.node : (targets.get(action.index)?.id ?? action.node);
  return { node, drop: action.kind === 'drag' ? action.dropNode : null };
}

/** Keeps of the drawn trees only the boxes that actions ask for. */
class TargetTrees {
  readonly #asked = new Map<string, Action[]>();
  readonly #targets: ReadonlyMap<number, Target>;
  readonly #boxes = new Map<number, { box: Box | null; dropBox: Box | null }>();

  constructor(actions: readonly Action[], targets: ReadonlyMap<number, Target>) {
    this.#targets = targets;
    for (const action of actions) {
      const key = frameKey({ surface: action.surface, t: action.before.t });
      this.#asked.set(key, [...(this.#asked.get(key) ?? []), action]);
    }
  }

  see(want: FrameWant, tree: InterfaceNode): void {
    const viewport = { x: 0, y: 0, width: 1, height: 1 };
    for (const action of this.#asked.get(frameKey(want)) ?? []) {
      const { node, drop } = actedOn(action, this.#targets);
      this.#boxes.set(action.index, {
        box: targetBox(node, tree, viewport),
        dropBox: targetBox(drop, tree, viewport),
      });
    }
  }

  boxesOf(action: Action, picture: Picture | null): { box: Box | null; dropBox: Box | null } | null {
    const found = this.#boxes.get(action.index);
    if (!found || !picture) return null;
    const { area } = picture;
    const inPicture = (box: Box | null) =>
      box && {
        x: area.x + box.x * area.width,
        y: area.y + box.y * area.height,
        width: box.width * area.width,
        height: box.height * area.height,
      };
    return { box: inPicture(found.box), dropBox: inPicture(found.dropBox) };
  }
}
