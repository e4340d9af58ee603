import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryExportSink } from '@aboveboard/dataset/export/memory-sink';
import type { Installation } from '@aboveboard/server/installation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportRecordings } from '../src/dataset-export.ts';
import { makeProgram } from '../src/program.ts';

/** The program itself, with its own embedded database, as a person calls it. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aboveboard-cli-'));
  chmodSync(folder, 0o711);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function aboveboard(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const program = makeProgram({
    version: '0',
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  });
  return { code: await program.run(['--data', join(folder, 'data'), ...args]), out, err };
}

function ducktrack(name: string, lines: readonly object[]): string {
  const path = join(folder, name);
  mkdirSync(path);
  const metadata = { system: 'Linux', node: 'made-up-host', screen_width: 100, screen_height: 100 };
  writeFileSync(join(path, 'metadata.json'), JSON.stringify(metadata));
  writeFileSync(join(path, 'events.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
  return path;
}
const press = (time_stamp: number, pressed: boolean) => ({
  time_stamp,
  action: 'click',
  x: 50,
  y: 25,
  button: 'left',
  pressed,
});

describe('aboveboard import and export', () => {
  it('[IMP60] makes a recording of each task of training lines, and none of a file with a fault', async () => {
    const line = (...codes: unknown[]) =>
      JSON.stringify({ instruction: 'Press', traj: codes.map((code) => ({ image: null, value: { code } })) });
    const file = join(folder, 'lines.jsonl');
    writeFileSync(
      file,
      `${line("pyautogui.press('enter')")}\n${line('pyautogui.click(x=0.5, y=0.5)', 'x')}\n`,
    );
    const { code, out } = await aboveboard('--json', 'import', 'agentnet-jsonl', file);
    expect(code).toBe(0);
    const { recordings } = JSON.parse(out) as { recordings: { id: string; origin: object }[] };
    expect(recordings.map(({ origin }) => origin)).toEqual([
      { format: 'agentnet-jsonl', kept: 1, reduced: [] },
      { format: 'agentnet-jsonl', kept: 1, reduced: [{ rule: 'code-unread', count: 1 }] },
    ]);
    const before = await aboveboard('--json', 'recordings');
    expect(before.out).toContain(recordings[1]?.id);
    writeFileSync(file, `${line("pyautogui.press('enter')")}\n${line(7)}\n`);
    const faulty = await aboveboard('--json', 'import', 'agentnet-jsonl', file);
    expect(faulty.code).toBe(1);
    expect(faulty.out).toContain('trajectories.jsonl line 2 step 1');
    expect((await aboveboard('--json', 'recordings')).out).toBe(before.out);
  });

  it('makes a foreign recording, exports it, and writes the opening to the journal first', async () => {
    const source = ducktrack('good', [press(9, true), press(9.1, false)]);
    const imported = await aboveboard('--json', 'import', 'ducktrack', source);
    expect(imported).toMatchObject({ code: 0, err: '' });
    const { id, origin } = JSON.parse(imported.out) as { id: string; origin: unknown };
    expect(origin).toEqual({ format: 'ducktrack', kept: 2, reduced: [] });

    const out = join(folder, 'out');
    const exported = await aboveboard('export', '--format', 'agentnet', '--out', out, id);
    expect(exported).toMatchObject({ code: 0, err: '' });
    const line = JSON.parse(readFileSync(join(out, 'trajectories.jsonl'), 'utf8')) as object;
    expect(line).toEqual({
      task_id: id,
      instruction: '',
      traj: [{ index: 0, image: null, value: { code: 'pyautogui.click(x=0.5, y=0.25)' } }],
    });
    expect(JSON.parse(readFileSync(join(out, 'export.json'), 'utf8'))).toMatchObject({
      format: 'agentnet',
      actions: 1,
      // [MOV44] An import without pictures has no boxes: the one point stays, and that is told.
      movement: { level: 'release', keptPoints: 1 },
    });
    expect(statSync(out).mode & 0o077).toBe(0);

    const { openInstallation } = await import('@aboveboard/server/installation');
    const installation = await openInstallation({ data: join(folder, 'data') });
    try {
      const rows = await installation.inner.database.query('select * from access_entry');
      expect(JSON.stringify(rows)).toContain(id);
      expect(JSON.stringify(rows)).toContain('dataset');
    } finally {
      await installation.close();
    }
  });

  it('[MOV44] writes Parquet of tasks at release, and of everything that is there at vault', async () => {
    const released = join(folder, 'tables-released');
    expect(await aboveboard('export', '--format', 'parquet', '--out', released)).toMatchObject({ code: 0 });
    expect(readdirSync(released).sort()).toEqual([
      'export.json',
      'frames.parquet',
      'schema.json',
      'steps.parquet',
      'tasks.parquet',
      'trees.parquet',
    ]);
    const said = JSON.parse(readFileSync(join(released, 'export.json'), 'utf8'));
    expect(said.movement).toMatchObject({ level: 'release', whole: false, parts: 0 });
    const out = join(folder, 'tables');
    const tables = ['export', '--format', 'parquet', '--level', 'vault', '--out', out];
    expect(await aboveboard(...tables)).toMatchObject({ code: 0 });
    expect(readdirSync(out).sort()).toEqual([
      'actions.parquet',
      'events.parquet',
      'export.json',
      'recordings.parquet',
      'schema.json',
      'trees.parquet',
    ]);
  });

  it('[MOV52] [MOV54] cuts a longer task into parts in no order; who wants it whole has to say so', async () => {
    const presses = Array.from({ length: 30 }, (_, i) => [press(9 + 2 * i, true), press(9.1 + 2 * i, false)]);
    const source = ducktrack('long', presses.flat());
    const { id } = JSON.parse((await aboveboard('--json', 'import', 'ducktrack', source)).out);
    const linesOf = (out: string) =>
      readFileSync(join(out, 'trajectories.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { task_id: string; traj: unknown[]; stands?: string });
    const [parts, map] = [join(folder, 'parts'), join(folder, 'parts.json')];
    const cut = ['export', '--format', 'agentnet', '--out', parts, '--map', map, id];
    expect(await aboveboard(...cut)).toMatchObject({ code: 0 });
    const lines = linesOf(parts);
    expect(lines.map(({ traj }) => traj.length).sort((a, b) => a - b)).toEqual([6, 12, 12]);
    expect(lines.map(({ stands }) => stands).sort()).toEqual(['begins', 'ends', 'goes-on']);
    const ids = lines.map(({ task_id }) => task_id);
    expect(ids).toEqual([...ids].sort());
    const everything = readdirSync(parts).map((name) => readFileSync(join(parts, name), 'utf8'));
    expect(everything.join('')).not.toContain(id);
    const known = JSON.parse(readFileSync(map, 'utf8')).parts;
    expect(known).toEqual(Object.fromEntries(ids.map((part) => [part, id])));
    expect(statSync(map).mode & 0o077).toBe(0);
    expect(JSON.parse(readFileSync(join(parts, 'export.json'), 'utf8')).movement).toMatchObject({
      parts: 3,
      withoutSubgoal: 2,
      whole: false,
    });
    const whole = join(folder, 'whole');
    const kept = ['export', '--format', 'agentnet', '--out', whole, '--whole', id];
    expect(await aboveboard(...kept)).toMatchObject({ code: 0 });
    expect(linesOf(whole)).toMatchObject([{ task_id: id, traj: { length: 30 } }]);
  });

  it('[IMP42] makes a recording of a flow of Chrome; presses without a place are left out of exports, and told', async () => {
    const flow = join(folder, 'made-up.json');
    const viewport = { type: 'setViewport', width: 800, height: 600, deviceScaleFactor: 1 };
    const flags = { isMobile: false, hasTouch: false, isLandscape: false };
    const click = { type: 'click', selectors: [['aria/Save']], offsetX: 1, offsetY: 1 };
    writeFileSync(flow, JSON.stringify({ title: 'made up', steps: [{ ...viewport, ...flags }, click] }));
    const imported = await aboveboard('--json', 'import', 'chrome-recorder', flow);
    expect(imported).toMatchObject({ code: 0, err: '' });
    const { id, origin } = JSON.parse(imported.out) as { id: string; origin: unknown };
    expect(origin).toEqual({ format: 'chrome-recorder', kept: 2, reduced: [] });
    const out = join(folder, 'flow-out');
    expect(await aboveboard('export', '--format', 'agentnet', '--out', out, id)).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(out, 'export.json'), 'utf8'))).toMatchObject({
      actions: 0,
      leftOut: [{ rule: 'outside-the-picture', count: 1 }],
    });
  });

  it('refuses a faulty source whole, with its faults, and leaves nothing', async () => {
    const source = ducktrack('bad', [
      press(9, true),
      { time_stamp: 'x' },
      { time_stamp: 10, action: 'move', x: 1e9, y: 0 },
    ]);
    const before = await aboveboard('--json', 'recordings');
    expect(before.code).toBe(0);
    const refused = await aboveboard('import', 'ducktrack', source);
    expect(refused.code).toBe(1);
    expect(refused.out.match(/^fault .*$/gm)).toHaveLength(2);
    expect((await aboveboard('--json', 'recordings')).out).toBe(before.out);
  });

  it('says how it is called, and never writes over anything', async () => {
    expect((await aboveboard('import', 'video', folder)).code).toBe(2);
    expect((await aboveboard('import', 'ducktrack', join(folder, 'nothing'))).code).toBe(2);
    expect((await aboveboard('export', '--format', 'csv', '--out', join(folder, 'x'))).code).toBe(2);
    const open = ['export', '--format', 'parquet', '--level', 'open', '--out', join(folder, 'x')];
    expect((await aboveboard(...open)).code).toBe(2);
    const map = ['export', '--format', 'atif', '--out', join(folder, 'x'), '--map', join(folder, 'x', 'map')];
    expect((await aboveboard(...map)).code).toBe(2);
    expect((await aboveboard('export', '--format', 'parquet', '--out', join(folder, 'out'))).code).toBe(2);
    const missing = await aboveboard(
      'export',
      '--format',
      'parquet',
      '--out',
      join(folder, 'y'),
      'A'.repeat(22),
    );
    expect(missing.code).toBe(1);
    expect(existsSync(join(folder, 'y'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('[EXP1] opens nothing and writes nothing when the journal does not take the access', async () => {
    let opened = 0;
    const closed = {
      journal: { beforeRead: () => Promise.reject(new Error('the journal is down')) },
      recordings: { openReleased: () => opened++ },
    } as unknown as Installation;
    const sink = new MemoryExportSink();
    const options = { format: 'agentnet', frames: false, progress: () => undefined } as const;
    await expect(exportRecordings(closed, ['A'.repeat(22)], sink, options)).rejects.toThrow(
      'the journal is down',
    );
    expect(opened).toBe(0);
    expect(sink.files.size).toBe(0);
  });
});
