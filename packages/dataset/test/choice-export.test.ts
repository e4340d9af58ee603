import { zstdCompressSync } from 'node:zlib';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Manifest } from '@aboveboard/protocol/manifest';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, it } from 'vitest';
import { exportTrajectory } from '../src/export/agentnet.ts';
import { anthropic } from '../src/export/anthropic.ts';
import type { Dialect } from '../src/export/dialect.ts';
import { ExportAccount, type ExportRecording } from '../src/export/export-recording.ts';
import { MemoryExportSink } from '../src/export/memory-sink.ts';
import { openai } from '../src/export/openai.ts';
import { ParquetExport } from '../src/export/parquet.ts';
import { pyautogui } from '../src/export/pyautogui.ts';
import { uiTars } from '../src/export/ui-tars.ts';
import { click, focus, geometry, key, select } from './event-rows.ts';

// One choice by mouse whose text is open, one by a key whose text is closed, in every export.

const EVENTS: RecordedEvent[] = [
  geometry(0, 1000, 600),
  ...click(1000, 500, 300, 0, 7),
  focus(1001, 7),
  select(3000, "Owner's travel", 7),
  focus(9000, 20),
  key('keydown', 9500, 'ArrowDown', 'navigation'),
  { kind: 'select', t: 9501, node: 20, option: 22, value: { open: false, length: 8, script: 'latin' } },
];
const recording: ExportRecording = {
  manifest: {
    id: 'BBBBBBBBBBBBBBBBBBBBBB',
    class: 'demonstration',
    clock: { tickMicroseconds: 1000, durationTicks: 10_000 },
    task: { kind: 'free', text: 'Choose' },
    outcome: { worked: null, reasons: [] },
    agreement: null,
    masks: [],
  } as unknown as Manifest,
  async *events() {
    yield EVENTS;
  },
  async *states() {},
};

async function steps(dialect: Dialect): Promise<unknown[]> {
  const sink = new MemoryExportSink();
  await exportTrajectory(recording, sink, new ExportAccount(), { frames: null, dialect });
  const { traj } = JSON.parse(sink.text('trajectories.jsonl')) as { traj: { value: unknown }[] };
  return traj.map(({ value }) => value);
}

it('[EXP10] pyautogui has a call for it, with the place where the list was pressed', async () => {
  expect(await steps(pyautogui)).toEqual([
    { code: "browser.select_option(x=0.5, y=0.5, value='Owner\\'s travel')" },
    { code: "browser.select_option(value='[masked:8]')" },
  ]);
});

it('[EXP15] [EXP20] [EXP25] the other dialects open the list, type the option and take it', async () => {
  expect(await steps(openai)).toEqual([
    {
      actions: [
        { type: 'click', button: 'left', x: 500, y: 500 },
        { type: 'type', text: "Owner's travel" },
        { type: 'keypress', keys: ['ENTER'] },
      ],
    },
    {
      actions: [
        { type: 'type', text: '[masked:8]' },
        { type: 'keypress', keys: ['ENTER'] },
      ],
    },
  ]);
  expect((await steps(anthropic))[0]).toEqual({
    actions: [
      { action: 'left_click', coordinate: [500, 500] },
      { action: 'type', text: "Owner's travel" },
      { action: 'key', text: 'Return' },
    ],
  });
  expect((await steps(uiTars))[0]).toEqual({
    actions: ["click(start_box='(500,500)')", "type(content='Owner\\'s travel')", "hotkey(key='enter')"],
  });
});

it('[EXP41] Parquet has a row for it: what was chosen where it is open, else the bound of its length', async () => {
  const sink = new MemoryExportSink();
  const zstd = (page: Uint8Array) => new Uint8Array(zstdCompressSync(page));
  const parquet = new ParquetExport(sink, new ExportAccount(), zstd);
  await parquet.add(recording, { frames: null });
  await parquet.finish();
  const read = async (name: string) => {
    const bytes = sink.files.get(`${name}.parquet`) as Uint8Array;
    return parquetReadObjects({ file: bytes.slice().buffer, compressors });
  };
  expect(await read('actions')).toMatchObject([
    { kind: 'select', node: 7n, option: 8n, text: "Owner's travel", text_length: null, x: 500, nx: 0.5 },
    { kind: 'select', node: 20n, option: 22n, text: null, text_length: 8, x: null },
  ]);
  const choices = (await read('events')).filter(({ kind }) => kind === 'select');
  expect(choices).toMatchObject([{ text: "Owner's travel" }, { text: null, text_length: 8 }]);
});
