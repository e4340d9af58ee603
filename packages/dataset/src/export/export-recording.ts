import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { StateItem } from '@aboveboard/protocol/state';
import type { Action } from '../action.ts';
import { ActionReducer } from '../actions.ts';
import type { Frame } from '../frame-source.ts';
import type { PictureArea } from './model-action.ts';

/** What exporters read: an opened recording. Only what an access covers gets this far (T13). */
export type ExportRecording = {
  manifest: Manifest;
  events(): AsyncIterable<RecordedEvent[]>;
  states(): AsyncIterable<StateItem[]>;
};

/** Where exported files go. Names are relative, with `/`; a file that is appended to begins empty. */
export interface ExportSink {
  write(name: string, bytes: Uint8Array): Promise<void>;
  append(name: string, bytes: Uint8Array): Promise<void>;
}

/** What an export could not say, by rule; goes beside the export. */
export class ExportAccount {
  recordings = 0;
  actions = 0;
  frames = 0;
  readonly #leftOut = new Map<string, number>();

  leaveOut(rule: string): void {
    this.#leftOut.set(rule, (this.#leftOut.get(rule) ?? 0) + 1);
  }

  report(): {
    recordings: number;
    actions: number;
    frames: number;
    leftOut: { rule: string; count: number }[];
  } {
    const leftOut = [...this.#leftOut].map(([rule, count]) => ({ rule, count }));
    leftOut.sort((a, b) => (a.rule < b.rule ? -1 : 1));
    return { recordings: this.recordings, actions: this.actions, frames: this.frames, leftOut };
  }
}

/** The actions of a recording, in bounded memory but for the list itself. */
export async function readActions(recording: ExportRecording): Promise<Action[]> {
  const actions: Action[] = [];
  const reducer = new ActionReducer({ action: (action) => actions.push(action) }, recording.manifest.clock);
  for await (const events of recording.events()) for (const event of events) reducer.push(event);
  reducer.end();
  return actions;
}

/** Where the viewport lies in the picture, as fractions of it. */
export function areaOf({ width, height, viewport }: Frame): PictureArea {
  return {
    x: viewport.x / width,
    y: viewport.y / height,
    width: viewport.width / width,
    height: viewport.height / height,
  };
}

export function instructionOf({ task }: Manifest): string {
  if (task.kind === 'free') return task.text;
  return task.card.goal.replace(/\{([^{}]+)\}/g, (whole, name: string) =>
    Object.hasOwn(task.inputs, name) ? (task.inputs[name] ?? whole) : whole,
  );
}
