import { describe, expect, it } from 'vitest';
import { readActions } from '../src/export/export-recording.ts';
import { agentnetRaw } from '../src/import/agentnet-raw.ts';
import { ducktrack } from '../src/import/ducktrack.ts';
import type { Importer } from '../src/import/import-account.ts';
import { rrweb } from '../src/import/rrweb.ts';
import { folderSource, hasRecordingData, imported, recordingData } from './source-files.ts';

/** How many items each source has, counted by hand: lines, or elements of its array. */
const SOURCES: readonly [string, Importer, number][] = [
  ['ducktrack', ducktrack, 13_401],
  ['agentnet-raw', agentnetRaw, 4099 + 21 + 32 + 4],
  ['rrweb', rrweb, 272],
];

describe.each(SOURCES)('import of %s (needs data/recordings)', (name, importer, items) => {
  it.skipIf(!hasRecordingData(name))(`[IMP1] accounts for all ${items} items of ${name}`, async () => {
    const { manifest } = await imported(importer, folderSource(recordingData(name)));
    const { kept, reduced } = manifest.origin ?? { kept: 0, reduced: [] };
    expect(kept + reduced.reduce((sum, { count }) => sum + count, 0)).toBe(items);
    expect(manifest.class).toBe('foreign');
    for (const { rule, count } of reduced) expect(`${rule} ${count}`).toMatch(/^[a-z-]+ [1-9]\d*$/);
  });

  it.skipIf(!hasRecordingData(name))(`[IMP2] ${name} reads back as a recording with actions`, async () => {
    const { recording } = await imported(importer, folderSource(recordingData(name)));
    expect((await readActions(recording)).length).toBeGreaterThan(3);
  });
});

describe.skipIf(!hasRecordingData('ducktrack'))('DuckTrack (needs data/recordings/ducktrack)', () => {
  it('[IMP20] keeps positions to 1/256 px, and of keys only their class', async () => {
    const { recording } = await imported(ducktrack, folderSource(recordingData('ducktrack')));
    const kinds = new Map<string, number>();
    const places: number[] = [];
    for await (const events of recording.events()) {
      for (const event of events) {
        kinds.set(event.kind, (kinds.get(event.kind) ?? 0) + 1);
        if (event.kind === 'move') places.push(event.x);
        if (event.kind === 'keydown' && event.key === 'printable') expect(event.name).toBeUndefined();
      }
    }
    expect(Object.fromEntries(kinds)).toEqual({
      surface: 1,
      geometry: 1,
      focus: 1,
      move: 13_163,
      wheel: 140,
      down: 22,
      up: 22,
      keydown: 27,
      keyup: 27,
    });
    expect(places[0]).toBe(1175.421875);
  });
});

describe.skipIf(!hasRecordingData('rrweb'))('rrweb (needs data/recordings/rrweb)', () => {
  it('[IMP30] spreads positions over their times, in order', async () => {
    const { recording } = await imported(rrweb, folderSource(recordingData('rrweb')));
    const ticks: number[] = [];
    for await (const events of recording.events()) {
      for (const event of events) if (event.kind === 'move') ticks.push(event.t);
    }
    expect(ticks).toHaveLength(87);
    expect(new Set(ticks).size).toBeGreaterThan(80);
    expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
  });
});
