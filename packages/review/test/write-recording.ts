import type { RecordedEvent } from '@aboveboard/protocol/event';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import { type OpenedRecording, openRecording } from '@aboveboard/protocol/recording-reader';
import { type ManifestFields, RecordingWriter } from '@aboveboard/protocol/recording-writer';
import type { StateItem } from '@aboveboard/protocol/state';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import type { ReviewAction } from '../src/review-action.ts';
import { plainSealer } from './plain-sealer.ts';
import type { Synthetic } from './synthetic-recording.ts';

export const FIELDS: ManifestFields = {
  class: 'demonstration',
  week: '2026-W47',
  task: { kind: 'free', text: 'File the expenses of the trip' },
  outcome: { worked: null, reasons: [] },
  agreement: null,
  receipt: null,
  software: [{ name: 'aboveboard', version: '0.1.0' }],
  signals: ['pointer', 'keys', 'text', 'states'],
  masks: [],
};

export const ORIGINAL = 'AAAAAAAAAAAAAAAAAAAAAA';
export const RESULT = 'BBBBBBBBBBBBBBBBBBBBBA';

export function codec(id: string) {
  return { id, store: new MemoryPartStore(), sealer: plainSealer, deflate: webDeflate };
}

export type Written = { recording: OpenedRecording; actions: ReviewAction[]; store: MemoryPartStore };

/** Writes items as a recorder would and opens what was written. Ticks are milliseconds. */
export async function written(items: Iterable<Synthetic>, id = ORIGINAL): Promise<Written> {
  const options = codec(id);
  const writer = new RecordingWriter({ ...options, tickMicroseconds: 1000 });
  const actions: ReviewAction[] = [];
  const masks = new Map<string, number>();
  for (const item of items) {
    if (item.of === 'action') actions.push(item.action);
    else if (item.of === 'state') writer.state(item.item);
    else {
      writer.event(item.event);
      if (item.event.kind === 'mask') {
        masks.set(item.event.rule, (masks.get(item.event.rule) ?? 0) + item.event.count);
      }
    }
    await writer.ready();
  }
  await writer.finish({ ...FIELDS, masks: [...masks].map(([rule, count]) => ({ rule, count })) });
  return { recording: await openRecording(options), actions, store: options.store };
}

export async function all<T>(parts: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const part of parts) items.push(...part);
  return items;
}

export type Contents = { events: RecordedEvent[]; states: StateItem[]; text: string };

/** Everything that a recording holds after opening, inflating and decoding, and the same as one text. */
export async function contents(recording: OpenedRecording): Promise<Contents> {
  const events = await all(recording.events());
  const states = await all(recording.states());
  return { events, states, text: JSON.stringify([recording.manifest, events, states]) };
}
