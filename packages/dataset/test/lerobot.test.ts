import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import type { Demonstration, DemonstrationStep } from '../src/export/demonstration.ts';
import { ExportAccount } from '../src/export/export-recording.ts';
import { LeRobotExport, type LeRobotSide } from '../src/export/lerobot.ts';
import { type LeRobotAction, leRobotAction, readLeRobotAction } from '../src/export/lerobot-action.ts';
import { MemoryExportSink } from '../src/export/memory-sink.ts';
import type { ModelAction, Point } from '../src/export/model-action.ts';
import { readLeRobot } from './lerobot-contract.ts';

const zstd = (page: Uint8Array) => new Uint8Array(zstdCompressSync(page));
const SIZE = { width: 12, height: 8 };
const rgb = async (bytes: Uint8Array) => {
  const { data } = PNG.sync.read(Buffer.from(bytes));
  return Uint8Array.from(data.filter((_, i) => i % 4 !== 3));
};
/** Of one colour. */
function png([red, green, blue]: readonly [number, number, number], { width, height } = SIZE): Uint8Array {
  const picture = new PNG({ width, height });
  for (let i = 0; i < picture.data.length; i += 4) picture.data.set([red, green, blue, 255], i);
  return new Uint8Array(PNG.sync.write(picture));
}

const ALL: ModelAction[] = [
  { kind: 'click', button: 'right', count: 2, at: { x: 0.5, y: 0.25 }, held: ['Shift', 'Control'] },
  {
    kind: 'drag',
    button: 'left',
    path: [
      { x: 0.1, y: 0 },
      { x: 0.33, y: 0.2 },
      { x: 1, y: 0.5 },
    ],
    held: [],
  },
  { kind: 'move', at: { x: 0.1, y: 0.7 } },
  { kind: 'scroll', at: { x: 0.1, y: 0.1 }, dx: 0, dy: -3, held: ['Control'] },
  { kind: 'type', text: 'Grüße, 你好 🙂 "x"\n' },
  { kind: 'select', at: null, text: 'Blue' },
  { kind: 'select', at: { x: 0, y: 0 }, text: '' },
  { kind: 'keys', keys: ['Control', 's'], count: 3 },
  { kind: 'wait', seconds: 2 },
];

type Shown = { shown: Demonstration; drawn: Map<string, Uint8Array> };
function task(
  id: string,
  actions: readonly ModelAction[],
  more: { instruction?: string; size?: typeof SIZE } = {},
): Shown {
  const { instruction = 'Do it', size = SIZE } = more;
  const drawn = new Map<string, Uint8Array>();
  const steps = actions.map((action, i): DemonstrationStep => {
    const name = `${id}-${i}.png`;
    drawn.set(`images/${name}`, png([i * 10, 100, 255 - i], size));
    const picture = { name, ...size, area: { x: 0, y: 0, width: 1, height: 1 } };
    return {
      action,
      picture,
      thought: i === 0 ? 'it is there' : null,
      box: null,
      dropBox: null,
      masked: i === 4,
    };
  });
  return { shown: { id, instruction, steps, end: null, worked: true }, drawn };
}

async function exported(
  tasks: readonly (Shown & { side?: LeRobotSide })[],
  options: { pictures?: boolean; fileBytes?: number } = {},
) {
  const { pictures = true, fileBytes } = options;
  const sink = new MemoryExportSink();
  const account = new ExportAccount();
  const size = pictures ? { ...SIZE, rgb } : null;
  const dataset = new LeRobotExport(sink, account, zstd, { size, ...(fileBytes ? { fileBytes } : {}) });
  for (const { shown, drawn, side } of tasks) {
    for (const [name, bytes] of drawn) await dataset.pictures.write(name, bytes);
    await dataset.add(shown, { template: 'say-ok', applications: ['https://erp.example'] }, side);
  }
  await dataset.finish();
  return { files: sink.files, report: account.report(), ...(await readLeRobot(sink.files)) };
}

/** Places as 32 bits hold them. */
function rounded(action: ModelAction): ModelAction {
  const of = ({ x, y }: Point): Point => ({ x: Math.fround(x), y: Math.fround(y) });
  return 'at' in action && action.at ? ({ ...action, at: of(action.at) } as ModelAction) : action;
}

describe('a LeRobot dataset', () => {
  it('[EXP70] [EXP71] [EXP76] is what a reader of the format relies on, every kind of step in it', async () => {
    const { faults, data, report } = await exported([
      { ...task('a', ALL), side: 'train' },
      { ...task('b', ALL.slice(0, 2), { instruction: 'Another' }), side: 'train' },
      { ...task('c', ALL.slice(4)), side: 'test' },
    ]);
    expect(faults).toEqual([]);
    expect(data.info).toMatchObject({ total_episodes: 3, total_frames: 16, total_tasks: 2, fps: 1 });
    expect(data.info.splits).toEqual({ train: '0:2', test: '2:3' });
    expect(data.episodes[1]).toMatchObject({
      ...{ task_id: 'b', tasks: ['Another'], worked: true, stands: null, card: 'say-ok' },
      applications: ['https://erp.example'],
    });
    expect(data.frames.map((row) => row['next.done']).filter(Boolean)).toHaveLength(3);
    expect(report).toMatchObject({ recordings: 3, actions: 16, frames: 16, leftOut: [] });
  });

  it('[EXP78] steps, reasons and pictures read back, but for digits of places', async () => {
    const { data } = await exported([task('a', ALL)]);
    expect(data.frames.map((row) => readLeRobotAction(row as LeRobotAction))).toEqual(ALL.map(rounded));
    expect(data.frames.map((row) => row['step.reason']).slice(0, 2)).toEqual(['it is there', '']);
    expect(data.frames.map((row) => row['step.masked']).indexOf(true)).toBe(4);
    const image = data.frames[3]?.['observation.image'] as { bytes: Uint8Array; path: string };
    expect([Buffer.from(image.bytes).equals(png([30, 100, 252])), image.path]).toEqual([true, 'a-3.png']);
  });

  it('[EXP78] any step reads back', () => {
    const place = fc.record({
      x: fc.double({ min: 0, max: 1, noNaN: true }),
      y: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const [button, held] = [
      fc.constantFrom('left', 'middle', 'right'),
      fc.array(fc.constantFrom('Shift', 'Alt')),
    ];
    const text = fc.string({ unit: 'binary' });
    const any = fc.oneof(
      fc.record({
        kind: fc.constant('click'),
        button,
        count: fc.integer({ min: 1, max: 3 }),
        at: place,
        held,
      }),
      fc.record({
        kind: fc.constant('drag'),
        button,
        path: fc.array(place, { minLength: 2, maxLength: 20 }),
        held,
      }),
      fc.record({ kind: fc.constant('type'), text }),
      fc.record({ kind: fc.constant('select'), at: fc.option(place), text }),
      fc.record({
        kind: fc.constant('keys'),
        keys: fc.array(text, { minLength: 1 }),
        count: fc.integer({ min: 1, max: 9 }),
      }),
    ) as fc.Arbitrary<ModelAction>;
    fc.assert(
      fc.property(any, (action) => {
        expect(readLeRobotAction(leRobotAction(action) as LeRobotAction)).toEqual(action);
      }),
    );
  });

  it('[EXP72] the state is where the pointer was left', async () => {
    const { data } = await exported([task('a', ALL)]);
    const states = data.frames.map((row) =>
      (row['observation.state'] as number[]).map((n) => Math.round(n * 100) / 100),
    );
    expect(states).toEqual([
      [-1, -1],
      [0.5, 0.25],
      [1, 0.5],
      [0.1, 0.7],
      ...Array(3).fill([0.1, 0.1]),
      [0, 0],
      [0, 0],
    ]);
  });

  it('[EXP73] a task without a picture, with another size, or none that can be read is left out whole', async () => {
    const without = task('b', ALL);
    without.drawn.delete('images/b-7.png');
    const unread = task('d', ALL.slice(0, 3));
    unread.drawn.set('images/d-2.png', new TextEncoder().encode('no picture'));
    const { faults, data, report } = await exported([
      task('a', ALL.slice(0, 2)),
      without,
      task('c', ALL, { size: { width: 12, height: 9 } } as never),
      unread,
      task('e', []),
      task('f', ALL.slice(0, 1)),
    ]);
    expect(faults).toEqual([]);
    expect(data.episodes.map((row) => row['task_id'])).toEqual(['a', 'f']);
    expect(report.leftOut.map(({ rule, count }) => `${rule} ${count}`)).toEqual([
      'no-picture 1',
      'no-steps 1',
      'other-size-of-picture 1',
      'unread-picture 1',
    ]);
  });

  it('[EXP73] has no pictures where the release has none', async () => {
    const { faults, data, report } = await exported([task('a', ALL)], { pictures: false });
    expect(faults).toEqual([]);
    expect(Object.keys(data.info.features)).not.toContain('observation.image');
    expect(report.frames).toBe(0);
  });

  it('[EXP77] figures are those of the frames that are in it', async () => {
    const unread = task('d', ALL.slice(0, 3));
    unread.drawn.set('images/d-2.png', new Uint8Array(3));
    const { data } = await exported([task('a', ALL.slice(0, 3)), unread]);
    // Red is 0, 10 and 20; green is always the same.
    const { min, max, mean, std, count } = data.stats['observation.image'] as Record<string, number[][][]>;
    const near = (of: number[][][] | undefined) =>
      of?.flat(2).map((one) => Math.round(one * 255 * 1000) / 1000);
    expect([near(min), near(max), near(mean)]).toEqual([
      [0, 100, 253],
      [20, 100, 255],
      [10, 100, 254],
    ]);
    expect(near(std)).toEqual([8.165, 0, 0.816]);
    expect(count).toEqual([3]);
    const action = data.stats['action'] as Record<string, number[]>;
    expect(action['mean']?.slice(0, 3).map((one) => Math.round(one * 1000))).toEqual([333, 333, 333]);
    expect(action['max']?.[8]).toBe(0.5);
  });

  it('[EXP70] an episode stands in one file, whatever the size of files', async () => {
    const tasks = Array.from({ length: 7 }, (_, i) => task(`t${i}`, ALL.slice(0, 1 + (i % 4))));
    const { faults, data, files } = await exported(tasks, { fileBytes: 1 });
    expect(faults).toEqual([]);
    expect([...files.keys()].filter((name) => name.startsWith('data/'))).toHaveLength(7);
    expect(data.episodes.map((row) => Number(row['data/file_index']))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('[EXP75] tasks of one side stand in a row', async () => {
    const sides = [task('a', ALL), task('b', ALL), task('c', ALL)].map((one, i) => ({
      ...one,
      side: i === 1 ? ('test' as const) : ('train' as const),
    }));
    await expect(exported(sides)).rejects.toThrow(RangeError);
  });

  it('[EXP70] seeded holes: the check of the format finds what a reader would stumble over', async () => {
    const { files } = await exported([task('a', ALL)]);
    const info = JSON.parse(new TextDecoder().decode(files.get('meta/info.json')));
    const stats = JSON.parse(new TextDecoder().decode(files.get('meta/stats.json')));
    const changed = async (name: string, said: unknown) => {
      const bytes = new TextEncoder().encode(JSON.stringify(said));
      return (await readLeRobot(new Map(files).set(name, bytes))).faults;
    };
    const { action } = info.features;
    const withInfo = (more: object) => changed('meta/info.json', { ...info, ...more });
    expect(await withInfo({ codebase_version: 'v2.1' })).toEqual(['another version']);
    expect(await withInfo({ total_frames: 8 })).toContain('total_frames');
    expect(await withInfo({ fps: 30 })).toContain('episode 0 frame 1: timestamp');
    expect(await withInfo({ splits: { train: '0:2' } })).toEqual(['splits']);
    const named = { ...info.features, 'action.text': info.features['step.text'] };
    expect(await withInfo({ features: named })).toContain('action.text is nothing for a policy');
    const shape = [17];
    expect(await withInfo({ features: { ...info.features, action: { ...action, shape } } })).toContain(
      'names of action',
    );
    expect(await changed('meta/stats.json', { ...stats, action: undefined })).toEqual(['features of stats']);
    const { 'observation.image': image } = stats;
    expect(
      await changed('meta/stats.json', {
        ...stats,
        'observation.image': { ...image, max: [[[255]], [[1]], [[1]]] },
      }),
    ).toEqual(['stats of observation.image are no fractions']);
    const gone = new Map(files);
    gone.delete('data/chunk-000/file-000.parquet');
    expect((await readLeRobot(gone)).faults).toContain('data/chunk-000/file-000.parquet is missing');
  });
});
