import type { InterfaceNode } from '@aboveboard/protocol/state';
import type { Drawing } from '@aboveboard/redact/movement/drawing';
import { frameKey } from '../frame-plan.ts';
import type { Frame, FrameSource, FrameWant } from '../frame-source.ts';
import type { ReleasedClock } from '../released-clock.ts';
import type { PictureSize } from './dialect.ts';
import { areaOf, type ExportAccount, type ExportSink } from './export-recording.ts';
import type { PictureArea } from './model-action.ts';

/** What exporters draw besides the frames before actions (EXP8). */
export type PictureOptions = {
  /** Null: no pictures. */
  frames: FrameSource | null;
  settled?: boolean;
  perSecond?: number;
  /** Draws for the level `release` of spec/movement.md; without them movement stays as recorded (`vault`). */
  movement?: Drawing;
};

/** A picture that was written to `images/`. */
export type Picture = PictureSize & { name: string; area: PictureArea };

/**
 * Writes the wanted frames to `images/`, each as soon as it is drawn, and a line for each to `frames.jsonl`.
 * Gives the pictures by `frameKey`.
 */
export async function drawPictures(
  recording: string,
  wants: readonly FrameWant[],
  to: {
    sink: ExportSink;
    account: ExportAccount;
    frames: FrameSource | null;
    clock?: ReleasedClock | null;
  },
  onTree?: (want: FrameWant, tree: InterfaceNode, picture: Picture) => Promise<void>,
  onFrame?: (frame: Frame) => void,
): Promise<Map<string, Picture>> {
  const pictures = new Map<string, Picture>();
  if (to.frames === null || wants.length === 0) return pictures;
  for await (const frame of to.frames.frames(wants)) {
    const { want, png, width, height, viewport, tree } = frame;
    if (pictures.has(frameKey(want))) continue;
    const name = `${recording}-${pictures.size}.png`;
    await to.sink.write(`images/${name}`, png);
    const t = to.clock ? to.clock.at(want.t) : want.t;
    const line = { recording, surface: want.surface, t, image: name, width, height, viewport };
    await to.sink.append('frames.jsonl', new TextEncoder().encode(`${JSON.stringify(line)}\n`));
    const picture = { name, width, height, area: areaOf(frame) };
    pictures.set(frameKey(want), picture);
    to.account.frames++;
    onFrame?.(frame);
    if (tree && onTree) await onTree(want, tree, picture);
  }
  return pictures;
}
