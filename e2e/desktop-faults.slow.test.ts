import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RecorderRun, runRecorder } from '@aboveboard/desktop/recorder-run';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { bringDesktop, DesktopStage, until } from './desktop/desktop-stage.ts';
import { APPS } from './desktop/fault-apps.ts';

// A real X server, window manager, buses and editor; then one of them fails while a recording runs.
const WAIT = { timeout: 30_000, interval: 100 };
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

beforeAll(() => bringDesktop());

describe('faults of a desktop while it is recorded', () => {
  let stage: DesktopStage;
  let folder: string;
  let run: RecorderRun;
  let editor: ChildProcess;
  const ending: (() => unknown)[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aboveboard-desktop-faults-'));
    ending.push(() => rm(folder, { recursive: true, force: true }));
    stage = await DesktopStage.start();
    ending.push(() => stage.end());
    editor = stage.run('mousepad');
    const window = await stage.windowOf('Mousepad');
    stage.hands('windowmove', '--sync', window, '60', '120', 'windowsize', '--sync', window, '700', '500');
    stage.hands('windowactivate', '--sync', window);
  });
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });

  async function record(at = folder): Promise<void> {
    run = await runRecorder({ folder: at, rules: { apps: APPS }, environment: stage.environment });
    ending.push(() => run.stop());
    await run.daemon.agree();
    await run.daemon.start('Write a letter');
    await until('the editor to be recorded', () => run.daemon.taking.length === 1);
    await pause(1_000);
  }
  const click = () => stage.hands('mousemove', '300', '400', 'click', '1');
  async function type(letters: string): Promise<void> {
    for (const letter of letters) {
      stage.hands('key', letter);
      await pause(60);
    }
  }
  async function told(): Promise<{ ended: string | undefined; events: RecordedEvent[] }> {
    const [row] = await run.daemon.recordings();
    const found = await run.daemon.steps(row?.id ?? '');
    const events: RecordedEvent[] = [];
    for await (const part of found?.recording.events() ?? []) events.push(...part);
    return { ended: row?.ended, events };
  }
  const downs = (events: RecordedEvent[]) => events.filter(({ kind }) => kind === 'down').length;
  const letters = (events: RecordedEvent[]) =>
    events.filter((event) => event.kind === 'keydown' && event.key === 'printable').length;

  test('[DSK100] the X server dies', async () => {
    await record();
    click();
    await pause(1_000);
    stage.killServer();
    await vi.waitFor(() => expect(run.daemon.state).toBe('ready'), WAIT);
    await vi.waitFor(async () => expect((await run.daemon.recordings())[0]?.state).toBe('reviewing'), WAIT);
    const { ended, events } = await told();
    expect(ended).toBe('source');
    expect(downs(events)).toBe(1);
    await expect(run.daemon.start('Again')).rejects.toThrow('display');
    expect(run.daemon.state).toBe('ready');
  });

  test('[DSK101] the accessibility bus dies: no key without a tree, and the pointer as before', async () => {
    await record();
    click();
    await pause(700);
    await type('abc');
    await pause(1_000);
    for (const pid of busesOf(stage, 'accessibility')) process.kill(pid, 'SIGKILL');
    await pause(800);
    await type('defgh');
    click();
    await pause(2_000);
    expect(run.daemon.state).toBe('recording');
    await run.daemon.stop();
    const { ended, events } = await told();
    expect(ended).toBeUndefined();
    expect(letters(events)).toBe(3);
    expect(downs(events)).toBe(2);
  });

  test('[DSK101] the session’s bus dies, and the editor with it', async () => {
    await record();
    click();
    await pause(1_000);
    for (const pid of busesOf(stage, 'session')) process.kill(pid, 'SIGKILL');
    await pause(2_000);
    expect(run.daemon.state).toBe('recording');
    await run.daemon.stop();
    const { ended, events } = await told();
    expect(ended).toBeUndefined();
    expect(downs(events)).toBe(1);
  });

  test('[DSK102] an application hangs its accessibility calls', async () => {
    await record();
    click();
    await pause(700);
    await type('abc');
    await pause(1_000);
    editor.kill('SIGSTOP');
    ending.push(() => editor.kill('SIGCONT'));
    click();
    await pause(300);
    await type('defgh');
    await pause(4_000);
    const began = performance.now();
    await run.daemon.stop();
    expect(performance.now() - began).toBeLessThan(3_000);
    const { ended, events } = await told();
    expect(ended).toBeUndefined();
    expect(letters(events)).toBe(3);
    expect(downs(events)).toBe(2);
  });

  test('[DSK102] one that answers again has a tree again', async () => {
    await record();
    editor.kill('SIGSTOP');
    click();
    await pause(4_000);
    editor.kill('SIGCONT');
    await pause(500);
    click();
    await pause(1_500);
    await type('abc');
    await pause(1_000);
    await run.daemon.stop();
    expect(letters((await told()).events)).toBe(3);
  });

  test('[DSK103] the resolution changes, and the window that shows the recording is moved away', async () => {
    await record();
    const indicator = () => {
      const found = execFileSync('xwininfo', ['-root', '-tree'], { env: stage.environment }).toString();
      const line = found.split('\n').find((one) => one.includes(' 210x34+')) ?? '';
      const [, x, y] = /210x34\+-?\d+\+-?\d+ {2}\+(-?\d+)\+(-?\d+)/.exec(line) ?? [];
      return { id: line.trim().split(' ')[0] ?? '', x: Number(x), y: Number(y) };
    };
    stage.hands('windowmove', indicator().id, '5000', '5000');
    await vi.waitFor(() => expect(indicator()).toMatchObject({ x: 1280 - 210, y: 800 - 34 }), WAIT);
    stage.resolution(800, 600);
    await vi.waitFor(() => expect(indicator()).toMatchObject({ x: 800 - 210, y: 600 - 34 }), WAIT);
    click();
    await pause(1_500);
    await run.daemon.stop();
    const { events } = await told();
    const screens = events.flatMap((event) => ('screen' in event ? [event.screen] : []));
    expect(screens[0]).toEqual({ width: 1280, height: 800 });
    expect(screens.at(-1)).toEqual({ width: 800, height: 600 });
    expect(downs(events)).toBe(1);
  });

  test.skipIf(process.getuid?.() !== 0)('[DSK105] the disk is full', async () => {
    const disk = join(folder, 'disk');
    execFileSync('mkdir', ['-m', '700', disk]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k,mode=0700', 'none', disk]);
    ending.push(() => execFileSync('umount', ['-l', disk]));
    await record(disk);
    click();
    await pause(1_500);
    await writeFile(join(disk, 'filling'), new Uint8Array(600_000), { mode: 0o600 }).catch(() => undefined);
    for (let at = 0; at < 40 && run.daemon.state === 'recording'; at++) {
      click();
      await pause(300);
    }
    expect(run.daemon.state).toBe('ready');
    await run.stop();
    await rm(join(disk, 'filling'), { force: true });
    run = await runRecorder({ folder: disk, rules: { apps: APPS }, environment: stage.environment });
    const { events } = await told();
    expect(downs(events)).toBeGreaterThan(0);
  });

  test('[DSK106] the recorder is killed', async () => {
    const file = fileURLToPath(new URL('./desktop/recorder-child.ts', import.meta.url));
    const child = spawn(process.execPath, [file, folder], {
      env: stage.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    ending.push(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    await pause(1_000);
    const shown = () =>
      execFileSync('xwininfo', ['-root', '-tree'], { env: stage.environment })
        .toString()
        .includes(' 210x34+');
    expect(shown()).toBe(true);
    click();
    await pause(2_000);
    click();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await vi.waitFor(() => expect(shown()).toBe(false), WAIT);
    run = await runRecorder({ folder, rules: { apps: APPS }, environment: stage.environment });
    ending.push(() => run.stop());
    const { ended, events } = await told();
    expect(ended).toBe('crash');
    expect(downs(events)).toBeGreaterThanOrEqual(1);
    expect(events.some((event) => event.kind === 'gap' && event.reason === 'recorder-stopped')).toBe(true);
  });
});

/** A bus of this stage alone: its home is a folder that nobody else has. */
function busesOf({ environment }: DesktopStage, which: 'session' | 'accessibility'): number[] {
  const read = (pid: number, what: string) => {
    try {
      return readFileSync(`/proc/${pid}/${what}`, 'utf8');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && read(pid, 'comm').trim() === 'dbus-daemon')
    .filter((pid) => read(pid, 'environ').split('\0').includes(`HOME=${environment['HOME']}`))
    .filter((pid) => read(pid, 'cmdline').includes('--session') === (which === 'session'));
}
