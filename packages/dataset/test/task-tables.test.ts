import { zstdCompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, it } from 'vitest';
import type { DemonstrationStep } from '../src/export/demonstration.ts';
import { ExportAccount } from '../src/export/export-recording.ts';
import { MemoryExportSink } from '../src/export/memory-sink.ts';
import { TaskTables } from '../src/export/task-tables.ts';

const area = { x: 0, y: 0.1, width: 1, height: 0.9 };
const step = (
  action: DemonstrationStep['action'],
  more: Partial<DemonstrationStep> = {},
): DemonstrationStep => ({
  action,
  picture: null,
  thought: null,
  box: null,
  dropBox: null,
  masked: false,
  ...more,
});

it('[EXP43] tables hold every kind of step, with its places, boxes, words and pictures', async () => {
  const sink = new MemoryExportSink();
  const account = new ExportAccount();
  const tables = new TaskTables(sink, account, (page) => new Uint8Array(zstdCompressSync(page)));
  const picture = { name: 't-0.png', width: 1000, height: 600, area };
  const box = { x: 0.1, y: 0.2, width: 0.3, height: 0.4 };
  const steps = [
    step(
      { kind: 'click', button: 'right', count: 2, at: { x: 0.5, y: 0.25 }, held: ['Shift', 'Control'] },
      {
        picture,
        box,
        thought: 'it is there',
      },
    ),
    step(
      {
        kind: 'drag',
        button: 'left',
        path: [
          { x: 0, y: 0 },
          { x: 1, y: 0.5 },
        ],
        held: [],
      },
      { picture, dropBox: box },
    ),
    step({ kind: 'move', at: { x: 0.1, y: 0.1 } }),
    step({ kind: 'scroll', at: { x: 0.1, y: 0.1 }, dx: 0, dy: -3, held: [] }),
    step({ kind: 'type', text: 'some words' }, { masked: true }),
    step({ kind: 'select', at: null, text: 'Blue' }),
    step({ kind: 'keys', keys: ['Control', 's'], count: 1 }),
    step({ kind: 'wait', seconds: 2 }),
  ];
  const end = { ...picture, name: 't-1.png' };
  const tree = {
    ...{ image: 't-0.png', end: false, cut: false },
    steps: [
      { step: 0, node: 1, drop: null },
      { step: 1, node: null, drop: 1 },
    ],
    nodes: [
      { parent: null, role: 'document', name: '', box },
      { parent: 0, role: 'textbox', name: 'Name', value: 'x', states: ['focused', 'required'], box },
    ],
  };
  const shown = { id: 't', instruction: 'Do it', steps, end, worked: null, stands: 'goes-on' as const };
  await tables.add(shown, { template: 'say-ok', applications: ['https://erp.example'] }, [tree]);
  await tables.finish();
  const read = (name: string) => {
    const bytes = sink.files.get(`${name}.parquet`) as Uint8Array;
    return parquetReadObjects({ file: bytes.slice().buffer, compressors });
  };
  expect(await read('tasks')).toMatchObject([
    { task: 't', stands: 'goes-on', card: 'say-ok', steps: 8, worked: null, end_image: 't-1.png' },
  ]);
  expect(await read('steps')).toMatchObject([
    {
      kind: 'click',
      x: 0.5,
      y: 0.25,
      button: 'right',
      count: 2,
      held: 'Shift+Control',
      box_width: 0.3,
      image: 't-0.png',
      tree: 0,
      node: 1,
    },
    {
      kind: 'drag',
      node: null,
      drop_node: 1,
      x: 0,
      to_x: 1,
      to_y: 0.5,
      path: '[[0,0],[1,0.5]]',
      drop_y: 0.2,
      held: null,
    },
    { kind: 'move', x: 0.1 },
    { kind: 'scroll', dx: 0, dy: -3 },
    { kind: 'type', text: 'some words', masked: true },
    { kind: 'select', text: 'Blue', x: null },
    { kind: 'keys', keys: 'Control+s', count: 1 },
    { kind: 'wait', seconds: 2, text: null },
  ]);
  expect(await read('trees')).toMatchObject([
    { task: 't', tree: 0, image: 't-0.png', node: 0, parent: null, depth: 0, role: 'document', value: null },
    { node: 1, parent: 0, depth: 1, name: 'Name', value: 'x', states: 'focused required', box_width: 0.3 },
  ]);
  expect((await read('frames')).map(({ image, view_y }) => [image, view_y])).toEqual([
    ['t-0.png', 0.1],
    ['t-1.png', 0.1],
  ]);
  const schema = JSON.parse(sink.text('schema.json')) as { tables: Record<string, { name: string }[]> };
  for (const name of ['tasks', 'steps', 'trees', 'frames']) {
    const [row] = await read(name);
    expect(Object.keys(row ?? {})).toEqual(schema.tables[`${name}.parquet`]?.map((column) => column.name));
  }
  expect(account.report()).toMatchObject({ recordings: 1, actions: 8 });
});
