import { DOWN, MOVE, PointerTrack, UP, WHEEL } from '@aboveboard/redact/movement/pointer-sample';
import { OnStandardScreen } from '@aboveboard/redact/movement/screen-geometry';
import { type ExportRecording, instructionOf } from '../export/export-recording.ts';
import { readCourse } from '../subgoals.ts';

/** What attackers are given of a recording: its pointer on the standard screen, and what a release says besides (RISK8). */
export async function measuredRecording(
  recording: ExportRecording,
): Promise<{ track: PointerTrack; tokens: string[] }> {
  const { manifest } = recording;
  const perTick = manifest.clock.tickMicroseconds / 1000;
  const track = new PointerTrack();
  let screen = new OnStandardScreen({ width: 1280, height: 720 }, track);
  let last = 0;
  for await (const events of recording.events()) {
    for (const event of events) {
      last = Math.max(last, event.t * perTick);
      if (event.kind === 'geometry') screen = new OnStandardScreen(sizeOf(event.viewport), track);
      else if (event.kind === 'move') screen.sample(last, event.x, event.y, MOVE);
      else if (event.kind === 'down') screen.sample(last, event.x, event.y, DOWN);
      else if (event.kind === 'up') screen.sample(last, event.x, event.y, UP);
      else if (event.kind === 'wheel') screen.sample(last, event.x, event.y, WHEEL);
    }
  }
  const { visited, things } = await readCourse(recording);
  const { task } = manifest;
  const tokens = [
    ...[...visited].map((origin) => `application:${origin}`),
    `template:${task.kind === 'card' ? task.card.id : ''}`,
    ...words(instructionOf(manifest)).map((word) => `wording:${word}`),
    ...[...new Set(things)].filter((thing) => thing !== null).map((thing) => `target:${thing}`),
  ];
  return { track, tokens: tokens.sort() };
}

function sizeOf({ width, height }: { width: number; height: number }): { width: number; height: number } {
  return { width: Math.max(1, width), height: Math.max(1, height) };
}

function words(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])];
}
