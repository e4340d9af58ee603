import { expect, test } from 'vitest';
import type { RecordedEvent } from '../src/event.ts';
import { MemoryPartStore } from '../src/memory-part-store.ts';
import { openRecording, recoverRecording } from '../src/recording-reader.ts';
import { type ManifestFields, RecordingWriter } from '../src/recording-writer.ts';
import type { StateItem } from '../src/state.ts';
import { webDeflate } from '../src/web-deflate.ts';
import { taggingSealer } from './tagging-part-sealer.ts';

const id = 'AAAAAAAAAAAAAAAAAAAAAA';
const fields: ManifestFields = {
  class: 'demonstration',
  week: '2026-W47',
  task: { kind: 'free', text: 'File an expense' },
  outcome: { worked: true, reasons: [] },
  agreement: null,
  receipt: null,
  software: [{ name: 'aboveboard', version: '0.1.0' }],
  signals: ['pointer', 'states'],
  masks: [],
};
const snapshot: StateItem = {
  t: 3,
  surface: 1,
  event: {
    type: 2,
    data: {
      initialOffset: { top: 0, left: 0 },
      node: {
        type: 0,
        id: 1,
        childNodes: [
          { type: 1, id: 2, name: 'html', publicId: '', systemId: '' },
          {
            type: 2,
            id: 3,
            tagName: 'html',
            attributes: { lang: 'en' },
            childNodes: [{ type: 3, id: 4, textContent: 'Hello' }],
          },
        ],
      },
    },
  },
};

async function collected<T>(batches: AsyncIterable<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

test('[REC70] what was written is read', async () => {
  const options = {
    id,
    tickMicroseconds: 100 as const,
    store: new MemoryPartStore(),
    sealer: taggingSealer,
    deflate: webDeflate,
  };
  const writer = new RecordingWriter(options);
  const events: RecordedEvent[] = [];
  for (let i = 0; i < 1203; i += 1) events.push({ kind: 'move', t: i * 80, x: i, y: i / 2 });
  for (const event of events) writer.event(event);
  const index = writer.state(snapshot);
  writer.event({ kind: 'state', t: 100_000, surface: 1, index, settled: true });
  const manifest = await writer.finish(fields);
  expect(manifest.counts).toEqual({ events: 1204, states: 1, frames: 0 });
  const opened = await openRecording(options);
  expect(opened.manifest).toEqual(manifest);
  expect((await collected(opened.events())).slice(0, -1)).toEqual(events);
  expect(await collected(opened.states())).toEqual([snapshot]);
});

test('[REC76] a spool without a manifest gives what is there and a gap', async () => {
  const options = {
    id,
    tickMicroseconds: 100 as const,
    store: new MemoryPartStore(),
    sealer: taggingSealer,
    deflate: webDeflate,
  };
  const writer = new RecordingWriter(options);
  writer.event({ kind: 'move', t: 5, x: 1, y: 1 });
  await writer.flush();
  const recovered = await recoverRecording(options);
  expect(await collected(recovered.events())).toEqual([
    { kind: 'move', t: 5, x: 1, y: 1 },
    { kind: 'gap', t: 5, until: 5, reason: 'recorder-stopped' },
  ]);
  const resumed = await RecordingWriter.resume(options);
  resumed.event({ kind: 'move', t: 9, x: 1, y: 1 });
  await resumed.finish(fields);
  expect(await collected((await openRecording(options)).events())).toHaveLength(2);
});
