import type { RecordedEvent } from '../src/event.ts';
import type { FrameItem } from '../src/frame-segment.ts';
import type { Manifest } from '../src/manifest.ts';
import { MemoryPartStore } from '../src/memory-part-store.ts';
import { type ManifestFields, RecordingWriter, type WriterOptions } from '../src/recording-writer.ts';
import { webDeflate } from '../src/web-deflate.ts';
import { makeRun } from './arbitrary-state.ts';
import { taggingSealer } from './tagging-part-sealer.ts';

export const SAMPLE_ID = 'AAAAAAAAAAAAAAAAAAAAAA';

export const SAMPLE_FIELDS: ManifestFields = {
  class: 'demonstration',
  week: '2026-W47',
  task: { kind: 'free', text: 'File an expense' },
  outcome: { worked: true, reasons: [{ action: 0, text: 'It opens the form' }] },
  agreement: null,
  receipt: null,
  software: [{ name: 'aboveboard', version: '0.1.0' }],
  signals: ['pointer', 'states'],
  masks: [{ rule: 'text.not-shipped', count: 3 }],
};

export function sampleOptions(store = new MemoryPartStore()): WriterOptions & { store: MemoryPartStore } {
  return { id: SAMPLE_ID, tickMicroseconds: 100, store, sealer: taggingSealer, deflate: webDeflate };
}

export type Sample = {
  options: WriterOptions & { store: MemoryPartStore };
  manifest: Manifest;
  events: RecordedEvent[];
  states: ReturnType<typeof makeRun>;
  frames: FrameItem[];
};

/** A finished recording with parts of every kind. */
export async function sampleRecording(moves = 1200): Promise<Sample> {
  const options = sampleOptions();
  const writer = new RecordingWriter(options);
  const events: RecordedEvent[] = [];
  const states = makeRun(5, 10);
  const frames: FrameItem[] = [
    { t: 4, surface: 3, mime: 'image/png', width: 4, height: 2, bytes: new Uint8Array([1, 2, 3]) },
  ];
  const event = (one: RecordedEvent) => {
    events.push(one);
    writer.event(one);
  };
  for (const state of states)
    event({ kind: 'state', t: 0, surface: 3, index: writer.state(state), settled: false });
  for (const frame of frames) event({ kind: 'frame', t: 4, surface: 3, index: writer.frame(frame) });
  for (let i = 0; i < moves; i += 1) event({ kind: 'move', t: 1000 + i * 80, x: i, y: i / 2 });
  return { options, manifest: await writer.finish(SAMPLE_FIELDS), events, states, frames };
}

export async function collected<T>(batches: AsyncIterable<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}
