import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryPartStore } from '@aboveboard/protocol/memory-part-store';
import type { PartSealer } from '@aboveboard/protocol/part';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { RecordingWriter } from '@aboveboard/protocol/recording-writer';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { importRecording } from '../src/import/foreign-recording.ts';
import type { Importer, ImportSource } from '../src/import/import-account.ts';

/** Other people's data, beside the repository; tests that need it are skipped by name where it is absent. */
export const TEST_DATA =
  process.env['ABOVEBOARD_TEST_DATA'] ?? join(import.meta.dirname, '../../../../shared/data');
export const recordingData = (name: string) => join(TEST_DATA, 'recordings', name);
export const hasRecordingData = (name: string) => existsSync(recordingData(name));

export function folderSource(folder: string): ImportSource {
  return {
    open(name) {
      const path = join(folder, name);
      return existsSync(path) ? createReadStream(path) : null;
    },
  };
}

export function textSource(files: Record<string, string>, chunk = 65_536): ImportSource {
  return {
    open(name) {
      const text = files[name];
      if (text === undefined) return null;
      const bytes = new TextEncoder().encode(text);
      return (async function* () {
        for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
      })();
    },
  };
}

const plain: PartSealer = {
  async seal(bytes) {
    return bytes;
  },
  async open(bytes) {
    return bytes;
  },
};
export const FOREIGN_ID = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Imports into memory and opens what came of it. */
export async function imported(importer: Importer, source: ImportSource) {
  const store = new MemoryPartStore();
  const codec = { sealer: plain, deflate: webDeflate };
  const options = { ...codec, id: FOREIGN_ID, store, tickMicroseconds: importer.tickMicroseconds };
  const manifest = await importRecording(importer, source, () => new RecordingWriter(options), {
    week: '2026-W47',
    software: [{ name: 'aboveboard', version: '0.1.0' }],
  });
  const recording = await openRecording({ ...codec, id: FOREIGN_ID, store });
  return { manifest, recording, store };
}
