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

export type ExportReport = {
  recordings: number;
  actions: number;
  frames: number;
  /** Actions that are not in the export, by rule. */
  leftOut: RuleCount[];
  /** Actions that say less than was recorded, by rule. */
  shortened: RuleCount[];
};
export type RuleCount = { rule: string; count: number };

/** What went into an export, and what it could not say; goes beside the export (EXP3). */
export class ExportAccount {
  recordings = 0;
  actions = 0;
  frames = 0;
  /** Points of movement that are as they were recorded (MOV14). */
  keptPoints = 0;
  /** Pictures in a window of its own size at `release` (MOV61). */
  keptWindows = 0;
  readonly #leftOut = new Map<string, number>();
  readonly #shortened = new Map<string, number>();

  leaveOut(rule: string): void {
    this.#leftOut.set(rule, (this.#leftOut.get(rule) ?? 0) + 1);
  }

  shorten(rule: string): void {
    this.#shortened.set(rule, (this.#shortened.get(rule) ?? 0) + 1);
  }

  report(): ExportReport {
    const { recordings, actions, frames } = this;
    return {
      recordings,
      actions,
      frames,
      leftOut: counts(this.#leftOut),
      shortened: counts(this.#shortened),
    };
  }
}

function counts(rules: ReadonlyMap<string, number>): RuleCount[] {
  return [...rules].map(([rule, count]) => ({ rule, count })).sort((a, b) => (a.rule < b.rule ? -1 : 1));
}

/** The actions of a recording, in bounded memory but for the list itself. `see` is shown every event. */
export async function readActions(
  recording: ExportRecording,
  see?: (event: RecordedEvent) => void | Promise<void>,
): Promise<Action[]> {
  const actions: Action[] = [];
  const reducer = new ActionReducer({ action: (action) => actions.push(action) }, recording.manifest.clock);
  for await (const events of recording.events()) {
    for (const event of events) {
      reducer.push(event);
      // Most have nothing to wait for, and a recording has many events.
      const waiting = see?.(event);
      if (waiting) await waiting;
    }
  }
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
