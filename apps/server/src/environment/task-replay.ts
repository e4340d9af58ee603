import { createHash } from 'node:crypto';
import type { Action } from '@aboveboard/dataset/action';
import type { RecordedStep } from '@aboveboard/dataset/environment';
import {
  areaOf,
  type ExportRecording,
  instructionOf,
  readActions,
} from '@aboveboard/dataset/export/export-recording';
import { modelActionOf } from '@aboveboard/dataset/export/model-action';
import type { Frame, FrameSource, FrameWant } from '@aboveboard/dataset/frame-source';
import { StandardWindows } from '@aboveboard/dataset/standard-window';
import { targetBox } from '@aboveboard/dataset/target-box';
import type { SuccessCheck } from '@aboveboard/protocol/manifest';
import type { InterfaceNode } from '@aboveboard/protocol/state';

/** What an agent sees at a node. */
export type Observation = { png: Uint8Array; width: number; height: number; tree: InterfaceNode | null };

/** Everything that serving a recorded task needs, made once. Observations stay in memory, each node once. */
export type TaskReplay = {
  instruction: string;
  steps: RecordedStep[];
  final: string;
  observations: ReadonlyMap<string, Observation>;
  /** The card's checks that hold in the final state, and those that do not. */
  checks: { check: SuccessCheck; holds: boolean }[];
};

/**
 * `standard`: in windows of a standard size, as exports at `release` show them (MOV60). Throws Error with a sentence when the
 * recording has no state that could be shown.
 */
export async function replayTask(
  recording: ExportRecording,
  source: FrameSource,
  { standard }: { standard: boolean },
): Promise<TaskReplay> {
  const actions = await readActions(recording);
  const end: FrameWant = {
    surface: actions.at(-1)?.surface ?? 0,
    t: recording.manifest.clock.durationTicks,
  };
  const frames = new Map<string, Frame>();
  const wants = [...actions.map(({ surface, before }) => ({ surface, t: before.t })), end];
  const windows = standard ? new StandardWindows(actions) : null;
  const asked = windows ? wants.map((want) => windows.want(want)) : wants;
  for await (const frame of source.frames(asked)) {
    frames.set(placeOf(frame.want), frame);
    windows?.see(frame);
  }

  const observations = new Map<string, Observation>();
  const node = (want: FrameWant): string | null => {
    const frame = frames.get(placeOf(want));
    if (!frame) return null;
    const { png, width, height, tree = null } = frame;
    const key = createHash('sha256').update(png).update(JSON.stringify(tree)).digest('hex');
    if (!observations.has(key)) observations.set(key, { png, width, height, tree });
    return key;
  };

  const steps: RecordedStep[] = [];
  for (const action of actions) {
    const want = { surface: action.surface, t: action.before.t };
    const from = node(want);
    // An action in a state that can't be shown can't be asked for: the way goes on after it.
    const moved = windows?.moved(action) ?? action;
    if (from) steps.push(stepOf(moved, from, frames.get(placeOf(want)) as Frame, recording));
  }
  const last = steps.at(-1);
  if (!last) throw new Error('This recording has no state that could be shown; it can’t be an environment.');
  const final = node(end) ?? last.from;
  const { task } = recording.manifest;
  const shown = (frames.get(placeOf(end)) ?? frames.get(placeOf(wants.at(-2) ?? end)))?.text ?? null;
  return {
    instruction: instructionOf(recording.manifest),
    steps,
    final,
    observations,
    checks: (task.kind === 'card' ? (task.card.success ?? []) : []).map((check) => ({
      check,
      holds: holds(check, shown, actions),
    })),
  };
}

function stepOf(action: Action, from: string, frame: Frame, recording: ExportRecording): RecordedStep {
  const { tickMicroseconds } = recording.manifest.clock;
  const area = areaOf(frame);
  const done = modelActionOf(action, { area, tickMicroseconds });
  const boxOf = (node: number | null) => (frame.tree ? targetBox(node, frame.tree, area) : null);
  return {
    from,
    done: typeof done === 'string' ? null : done,
    box: boxOf(action.node),
    dropBox: action.kind === 'drag' ? boxOf(action.dropNode) : null,
    masked: (action.kind === 'type' || action.kind === 'select') && action.value?.open !== true,
  };
}

/** `shown`: the text of the final state; null: it is not known, and no check of text holds. */
function holds(check: SuccessCheck, shown: string | null, actions: readonly Action[]): boolean {
  if (check.kind === 'path') {
    const paths = actions.flatMap((action) => (action.kind === 'navigate' ? [action.path] : []));
    return paths.at(-1) === check.path;
  }
  if (shown === null) return false;
  const present = inOneLine(shown).includes(inOneLine(check.text));
  return check.kind === 'text-present' ? present : !present;
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function placeOf({ surface, t }: FrameWant): string {
  return `${surface}/${t}`;
}
