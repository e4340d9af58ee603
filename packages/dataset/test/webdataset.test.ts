import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDemonstration } from '../src/export/demonstration.ts';
import { ExportAccount } from '../src/export/export-recording.ts';
import { MemoryExportSink } from '../src/export/memory-sink.ts';
import { WebDataset } from '../src/export/webdataset.ts';
import { MemoryFrameSource } from '../src/frame-source.ts';
import { frame, manifest, recording } from './shown-recording.ts';

const said = { template: 'say-ok', applications: ['https://say.example'] };
const FRAMES = [frame(10), frame(1200), frame(2600)];

async function exported(ids: readonly string[], frames = FRAMES, shardBytes?: number) {
  const sink = new MemoryExportSink();
  const account = new ExportAccount();
  const samples = new WebDataset(sink, account, shardBytes);
  for (const id of ids) {
    const one = { ...recording, manifest: { ...manifest, id } };
    const source = frames.length > 0 ? new MemoryFrameSource(frames) : null;
    const options = { frames: source, boxes: true };
    await samples.add(await readDemonstration(one, samples.pictures, account, options), said);
  }
  await samples.finish();
  return { sink, report: account.report() };
}

/** The system's own tar: it shares nothing with ours. In the order of the file. */
function filesOf(tar: Uint8Array): { name: string; bytes: Buffer }[] {
  const folder = mkdtempSync(join(tmpdir(), 'aboveboard-tar-'));
  try {
    const file = join(folder, 'a.tar');
    writeFileSync(file, tar);
    const names = execFileSync('tar', ['-tf', file], { encoding: 'utf8' }).trim().split('\n');
    return names.map((name) => ({ name, bytes: execFileSync('tar', ['-xOf', file, name]) }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('webdataset', () => {
  it('[EXP60] [EXP61] a sample a step: the picture before it and what was done', async () => {
    const { sink, report } = await exported(['A']);
    expect([...sink.files.keys()]).toEqual(['shards/000000.tar']);
    const files = filesOf(sink.files.get('shards/000000.tar') as Uint8Array);
    expect(files.map(({ name }) => name)).toEqual([
      'A-00000.png',
      'A-00000.json',
      'A-00001.png',
      'A-00001.json',
      'A-00002.png',
      'A-00002.json',
      'A-00003.png',
      'A-00003.json',
    ]);
    expect(files[2]?.bytes).toEqual(Buffer.from(FRAMES[1]?.png as Uint8Array));
    expect(JSON.parse(String(files[1]?.bytes))).toEqual({
      kind: 'step',
      task: 'A',
      instruction: 'Type ok and press Enter',
      ...said,
      steps: 3,
      index: 0,
      action: { kind: 'click', button: 'left', count: 1, at: expect.anything(), held: [] },
      thought: 'the field is there',
      box: null,
      dropBox: null,
      masked: false,
      picture: { width: 1000, height: 700, area: { x: 0, y: 1 / 7, width: 1, height: 6 / 7 } },
    });
    expect(report).toMatchObject({ recordings: 1, actions: 3, frames: 3 });
  });

  it('[EXP62] the last sample has her word, and is not there without word and picture', async () => {
    const last = async (worked: boolean | null, frames = FRAMES) => {
      const sink = new MemoryExportSink();
      const samples = new WebDataset(sink, new ExportAccount());
      const one = { ...recording, manifest: { ...manifest, outcome: { worked, reasons: [] } } };
      const source = frames.length > 0 ? new MemoryFrameSource(frames) : null;
      await samples.add(
        await readDemonstration(one, samples.pictures, new ExportAccount(), { frames: source }),
        said,
      );
      await samples.finish();
      return JSON.parse(String(filesOf(sink.files.get('shards/000000.tar') as Uint8Array).at(-1)?.bytes));
    };
    expect(await last(true)).toMatchObject({ kind: 'end', index: 3, worked: true, picture: { width: 1000 } });
    expect(await last(false, [])).toMatchObject({ kind: 'end', worked: false, picture: null });
    expect(await last(null, [])).toMatchObject({ kind: 'step', index: 2 });
  });

  it('[EXP60] whatever the size of a shard, each sample stands whole in one, in order, once', async () => {
    const ids = ['A', 'B', 'C'];
    const all = filesOf((await exported(ids)).sink.files.get('shards/000000.tar') as Uint8Array);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30_000 }), async (shardBytes) => {
        const { sink } = await exported(ids, FRAMES, shardBytes);
        const shards = [...sink.files].map(([name, tar]) => ({ name, tar, files: filesOf(tar) }));
        expect(shards.map(({ name }) => name)).toEqual(
          shards.map((_, i) => `shards/${`00000${i}`.slice(-6)}.tar`),
        );
        expect(shards.flatMap(({ files }) => files)).toEqual(all);
        const keys = shards.map(({ files }) => new Set(files.map(({ name }) => name.split('.')[0])));
        expect(keys.reduce((sum, { size }) => sum + size, 0)).toBe(12);
        for (const [i, { tar }] of shards.entries())
          if ((keys[i]?.size ?? 0) > 1) expect(tar.length).toBeLessThanOrEqual(shardBytes);
      }),
      { numRuns: 8 },
    );
  });
});
