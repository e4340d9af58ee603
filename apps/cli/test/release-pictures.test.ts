import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Frame, MemoryFrameSource } from '@aboveboard/dataset/frame-source';
import { measuredInputs } from '@aboveboard/dataset/release/risk-refusals';
import type { InterfaceNode } from '@aboveboard/protocol/state';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFolderSink } from '../src/folder-sink.ts';
import { makeProgram } from '../src/program.ts';
import { makeRelease, planFrom, type ReleaseSources } from '../src/release-making.ts';
import { quietRisk, releasedByPeople } from './made-up-recordings.ts';

// A release with pictures that nobody drew, in each format that has pictures or trees.
const PEOPLE = 10;
let room: string;
const at = (...names: string[]) => join(room, ...names);

/** One grey, 800 by 672, with a button that fills it below the bars. */
function frameAt(t: number): Frame {
  const png = new PNG({ width: 800, height: 672 });
  png.data.fill(t & 255);
  const box = { x: 0, y: 0, width: 800, height: 600 };
  const pressed: InterfaceNode = { id: 7, role: 'button', name: 'Submit', states: [], box, children: [] };
  const tree: InterfaceNode = { ...pressed, id: 2, role: 'document', name: '', children: [pressed] };
  const viewport = { x: 0, y: 72, width: 800, height: 600 };
  const drawn = { png: new Uint8Array(PNG.sync.write(png)), width: 800, height: 672, viewport };
  return { want: { surface: 3, t }, ...drawn, tree, text: 'Submit' };
}

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'aboveboard-release-'));
  const recordings = releasedByPeople(PEOPLE);
  const sources: ReleaseSources = {
    ids: recordings.map(({ manifest }) => manifest.id),
    open: async (id) => recordings.find(({ manifest }) => manifest.id === id) as (typeof recordings)[0],
    person: (id) => id.slice(0, 10),
  };
  const { plan } = await planFrom(sources, new Uint8Array(32), { level: 'release' }, () => undefined);
  const report = { ...quietRisk(), inputs: await measuredInputs(plan, crypto.subtle) };
  const agreed = new Map([['a'.repeat(64), 0.3]]);
  const software = { name: 'a', version: '1' };
  const sink = await openFolderSink(at('release'));
  const made = await makeRelease(
    sources,
    {
      secret: new Uint8Array(32).fill(4),
      ask: { level: 'release' },
      head: { name: 'drawn', version: 1, purpose: 'agent-training', software, drawnBy: 'made up 1' },
      risk: { report, digest: 'b'.repeat(64), threshold: { naming: 0.3, linking: 0.7 }, agreed },
    },
    sink,
    {
      progress: () => undefined,
      logged: async () => undefined,
      // The instant before the press, and the end; before Enter nothing could be drawn.
      pool: { framesOf: () => new MemoryFrameSource([frameAt(10), frameAt(2600)]) },
      atOnce: 3,
    },
  );
  await sink.finish();
  const keys = { format: 'aboveboard-release-keys', release: made.manifest.id, keys: made.keys };
  await writeFile(at('keys.json'), JSON.stringify(keys));
});
afterAll(() => rm(room, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const stream = { write: (text: string) => (said += text) };
  const code = await makeProgram({ version: '1', stdout: stream, stderr: stream }).run(args);
  return { code, said };
}

async function exported(format: string): Promise<string> {
  const args = ['--keys', at('keys.json'), '--format', format, '--out', at(format)];
  expect(await run('dataset', 'export', at('release'), ...args)).toMatchObject({ code: 0 });
  return at(format);
}

describe('a release with pictures', () => {
  it('[REL47] [REL53] is verified, and shown with what drew it and its gaps', async () => {
    expect(await run('dataset', 'verify', at('release'))).toMatchObject({ code: 0 });
    const { said } = await run('dataset', 'show', at('release'));
    expect(said).toContain('30 trees, 20 pictures');
    expect(said).toContain('gaps        0 steps without a tree, 10 without a picture');
    expect(said).toContain('drawn by    made up 1');
  });

  it('[EXP8] [REL54] is exported to AgentNet lines with each picture as a file', async () => {
    const to = await exported('agentnet');
    const lines = (await readFile(join(to, 'trajectories.jsonl'), 'utf8')).trim().split('\n');
    const images = await readdir(join(to, 'images'));
    expect([lines.length, images.length]).toEqual([PEOPLE, 2 * PEOPLE]);
    for (const line of lines) {
      const [first] = (JSON.parse(line) as { traj: { image: string }[] }).traj;
      const png = PNG.sync.read(await readFile(join(to, 'images', first?.image as string)));
      expect([png.width, png.height, png.data[0]]).toEqual([800, 672, 10]);
    }
  });

  it('[EXP43] [REL45] is exported to tables whose boxes are fractions of the picture', async () => {
    const to = await exported('parquet');
    const rows = async (name: string) => {
      const bytes = new Uint8Array(await readFile(join(to, `${name}.parquet`)));
      return parquetReadObjects({ file: bytes.buffer, compressors });
    };
    expect(await rows('frames')).toHaveLength(2 * PEOPLE);
    const trees = await rows('trees');
    const drawn = trees.filter(({ image }) => image !== null);
    expect(drawn).toHaveLength(4 * PEOPLE);
    expect(drawn[1]).toMatchObject({
      role: 'button',
      name: 'Submit',
      box_x: 0,
      box_width: 1,
      box_y: 0.10714,
    });
    const images = new Set(await readdir(join(to, 'images')));
    expect(drawn.every(({ image }) => images.has(image as string))).toBe(true);
    // What could not be drawn is known by the state.
    expect(trees.some(({ image, role }) => image === null && role === 'textbox')).toBe(true);
  });

  it('[EXP60] [EXP61] is exported to samples with picture and tree', async () => {
    const to = await exported('webdataset');
    const tar = await readFile(join(to, 'shards', '000000.tar'));
    const names = [...tar.toString('latin1').matchAll(/[\w-]{22}-(\d{5}\.[a-z.]+)\0/g)].map(
      ([, name]) => name,
    );
    const count = (name: string) => names.filter((one) => one === name).length;
    expect(['00000.png', '00000.json', '00000.tree.json'].map(count)).toEqual([PEOPLE, PEOPLE, PEOPLE]);
    expect(['00002.png', '00002.tree.json', '00003.png', '00003.tree.json'].map(count)).toEqual([
      0, 10, 10, 10,
    ]);
  });
});
