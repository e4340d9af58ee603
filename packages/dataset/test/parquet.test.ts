import { zstdCompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { describe, expect, it } from 'vitest';
import { ExportAccount } from '../src/export/export-recording.ts';
import { MemoryExportSink } from '../src/export/memory-sink.ts';
import { ParquetExport } from '../src/export/parquet.ts';
import { agentnetRaw } from '../src/import/agentnet-raw.ts';
import { rrweb } from '../src/import/rrweb.ts';
import { folderSource, hasRecordingData, imported, recordingData } from './source-files.ts';

const zstd = (page: Uint8Array) => new Uint8Array(zstdCompressSync(page));

async function tables(...names: string[]) {
  const sink = new MemoryExportSink();
  const account = new ExportAccount();
  const parquet = new ParquetExport(sink, account, zstd);
  const manifests = [];
  for (const name of names) {
    const importer = name === 'rrweb' ? rrweb : agentnetRaw;
    const { recording, manifest } = await imported(importer, folderSource(recordingData(name)));
    manifests.push(manifest);
    await parquet.add(recording, { frames: null });
  }
  await parquet.finish();
  const read = async (name: string) => {
    const bytes = sink.files.get(`${name}.parquet`) as Uint8Array;
    return parquetReadObjects({ file: bytes.slice().buffer, compressors });
  };
  return { sink, account, manifests, read };
}

describe('[EXP40] a Parquet export with no recording', () => {
  it('has all its tables, empty', async () => {
    const { read, sink } = await tables();
    for (const name of ['recordings', 'events', 'actions', 'trees']) expect(await read(name)).toEqual([]);
    expect(JSON.parse(sink.text('schema.json')).version).toBe(1);
  });
});

describe.skipIf(!hasRecordingData('agentnet-raw'))(
  'Parquet of a session (needs data/recordings/agentnet-raw)',
  () => {
    it('[EXP41] holds every event, and every action with its target', async () => {
      const { read, manifests, sink } = await tables('agentnet-raw');
      const events = await read('events');
      expect(events).toHaveLength(manifests[0]?.counts.events ?? -1);
      expect(events.filter(({ kind }) => kind === 'move')).toHaveLength(4034);
      const actions = await read('actions');
      expect(actions.slice(0, 3).map(({ kind, role, target_name }) => ({ kind, role, target_name }))).toEqual(
        [
          { kind: 'click', role: 'button', target_name: 'Action Centre, No new notifications (Off)' },
          { kind: 'right-click', role: 'button', target_name: 'Night light' },
          { kind: 'click', role: 'text', target_name: 'Go to Settings' },
        ],
      );
      const schema = JSON.parse(sink.text('schema.json')) as { tables: Record<string, { name: string }[]> };
      expect(Object.keys(actions[0] ?? {})).toEqual(
        schema.tables['actions.parquet']?.map(({ name }) => name),
      );
    });
  },
);

describe.skipIf(!hasRecordingData('rrweb'))('Parquet of a page (needs data/recordings/rrweb)', () => {
  it('[EXP42] holds the interface tree before each action', async () => {
    const { read } = await tables('rrweb');
    const actions = await read('actions');
    const trees = await read('trees');
    expect(actions.length).toBeGreaterThanOrEqual(3);
    expect(trees.some(({ role, name }) => role === 'button' || (role === 'link' && name))).toBe(true);
    for (const tree of trees) expect(typeof tree['node']).toBe('bigint');
  });
});
