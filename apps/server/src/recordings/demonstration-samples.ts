import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBundle } from '@aboveboard/protocol/bundle';
import type { Manifest } from '@aboveboard/protocol/manifest';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import type { PartSealer } from '@aboveboard/protocol/part';
import { type OpenedRecording, openRecording } from '@aboveboard/protocol/recording-reader';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import { nodeDeflate } from './node-deflate.ts';
import type { Shelf } from './shelf.ts';

/**
 * Recordings of the practice tasks that come with the software, so that a demonstration has something to show.
 * Made by tools/make-samples.ts: ours, with made-up data, of the class `demonstration`, and not sealed.
 */
const SAMPLES = new URL('../../demonstration/', import.meta.url);
const ENDING = '.aboveboard';

/** The parts of a sample bundle are as they were before sealing: they hold nobody's data. */
export const unsealed: PartSealer = { seal: async (plain) => plain, open: async (sealed) => sealed };

/** Puts each sample whose card has no demonstration recording yet on the shelf, under a fresh id and key. */
export async function installSamples(shelf: Shelf): Promise<void> {
  const known = await shelf.list({ classes: ['demonstration'] });
  const cards = new Set(known.map((recording) => recording.card?.id));
  for (const name of (await readdir(SAMPLES)).filter((file) => file.endsWith(ENDING)).sort()) {
    if (!cards.has(basename(name, ENDING))) await install(shelf, fileURLToPath(new URL(name, SAMPLES)));
  }
}

async function install(shelf: Shelf, file: string): Promise<void> {
  const store = new MemoryPartStore();
  const { id } = await readBundle(createReadStream(file), store);
  const sample = await openRecording({ id, store, sealer: unsealed, deflate: nodeDeflate });
  const target = await shelf.beginImport();
  try {
    const { tickMicroseconds } = sample.manifest.clock;
    const writer = new RecordingWriter({ ...target, tickMicroseconds, deflate: nodeDeflate });
    await target.finish(await copyRecording(sample, writer));
  } catch (error) {
    await target.discard();
    throw error;
  }
}

/** Writes all of it anew; only the id and the division into parts are the writer's. */
export async function copyRecording(from: OpenedRecording, writer: RecordingWriter): Promise<Manifest> {
  for await (const items of from.states()) for (const item of items) writer.state(item);
  for await (const items of from.frames()) for (const item of items) writer.frame(item);
  for await (const events of from.events()) for (const event of events) writer.event(event);
  const {
    class: kind,
    week,
    task,
    outcome,
    agreement,
    receipt,
    software,
    signals,
    masks,
    origin,
  } = from.manifest;
  return writer.finish({
    ...{ class: kind, week, task, outcome, agreement, receipt, software, signals, masks },
    ...(origin ? { origin } : {}),
  });
}
