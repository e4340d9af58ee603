import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReleasedRecording } from '@aboveboard/protocol/installation';
import { openInstallation } from '@aboveboard/server/installation';
import { installSamples } from '@aboveboard/server/recordings/demonstration-samples';
import { findChromium } from '@aboveboard/server/rendering/chromium';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

/** What a demonstration shows of its samples: list, show, render, export, and tasks as environments. */
const MAIN = fileURLToPath(new URL('../bin/aboveboard.js', import.meta.url));
const here = describe.skipIf(findChromium() === null);
let folder: string;
let data: string;
let ids: Record<string, string>;

beforeAll(async () => {
  if (findChromium() === null) return;
  folder = mkdtempSync(join(tmpdir(), 'aboveboard-samples-'));
  chmodSync(folder, 0o711);
  data = join(folder, 'data');
  const installation = await openInstallation({ data, kind: 'demonstration' });
  try {
    await installSamples(installation.recordings);
    await installSamples(installation.recordings);
  } finally {
    await installation.close();
  }
  const { out } = await aboveboard('--json', 'recordings');
  const { recordings } = JSON.parse(out) as { recordings: (ReleasedRecording & { class: string })[] };
  expect(recordings.map((recording) => recording.class)).toEqual(Array(3).fill('demonstration'));
  ids = Object.fromEntries(recordings.map(({ id, card }) => [card?.id, id]));
});
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

async function aboveboard(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const program = makeProgram({
    version: '0',
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  });
  return { code: await program.run(['--data', data, ...args]), out, err };
}

here('the samples of a demonstration', () => {
  it('are there once however often it starts, one for each practice task, and can be shown', async () => {
    expect(Object.keys(ids).sort()).toEqual(['board-move', 'expense-single', 'table-sort']);
    const { code, out } = await aboveboard('--json', 'show', ids['expense-single'] as string);
    expect(code).toBe(0);
    const { manifest } = JSON.parse(out);
    expect(manifest).toMatchObject({ class: 'demonstration', receipt: null, outcome: { worked: true } });
    expect(manifest.counts.events).toBeGreaterThan(100);
  });

  it('render: the same instant gives the same bytes twice, of the size that it says', async () => {
    const id = ids['expense-single'] as string;
    const [one, two] = [join(folder, 'one.png'), join(folder, 'two.png')];
    const first = await aboveboard('--json', 'render', id, '--at', '6', '--out', one, '--tree');
    expect(first).toMatchObject({ code: 0, err: '' });
    expect((await aboveboard('render', id, '--at', '6', '--out', two)).code).toBe(0);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);

    const drawn = JSON.parse(first.out);
    const png = PNG.sync.read(readFileSync(one));
    expect([png.width, png.height]).toEqual([drawn.width, drawn.height]);
    expect(drawn.height).toBe(drawn.viewport.y + drawn.viewport.height);
    expect(JSON.stringify(drawn.tree)).toContain('ACME Stationery');
    const bare = join(folder, 'bare.png');
    expect((await aboveboard('render', id, '--at', '6', '--out', bare, '--no-bars')).code).toBe(0);
    expect(PNG.sync.read(readFileSync(bare)).height).toBe(drawn.viewport.height);
  });

  it('render: says what it can not draw, and how it is called', async () => {
    const id = ids['board-move'] as string;
    const nothing = await aboveboard('render', id, '--at', '1', '--surface', '9', '--out', join(folder, 'x'));
    expect(nothing).toMatchObject({ code: 1, err: expect.stringContaining('surface 9') });
    expect(existsSync(join(folder, 'x'))).toBe(false);
    expect((await aboveboard('render', id, '--at', '-1')).code).toBe(2);
    expect((await aboveboard('render', 'A'.repeat(22), '--at', '1')).code).toBe(1);
  });

  const trajectories = async (format: string): Promise<Map<string, { image: string; value: Said }[]>> => {
    const out = join(folder, format);
    const wanted = [ids['expense-single'], ids['table-sort'], ids['board-move']] as string[];
    const map = join(folder, `${format}.parts.json`);
    const args = ['--format', format, '--out', out, '--map', map];
    expect(await aboveboard('export', ...args, ...wanted)).toMatchObject({ code: 0 });
    const { frames, movement } = JSON.parse(readFileSync(join(out, 'export.json'), 'utf8'));
    const own = readdirSync(join(out, 'images')).filter((name) => {
      const { width, height } = PNG.sync.read(readFileSync(join(out, 'images', name)));
      // The bars stand above the window.
      return !['800x600', '1280x720', '1920x1080'].includes(`${width}x${height - 72}`);
    });
    // [MOV61] What keeps its own size is told, and is the smaller part.
    expect(own.length).toBeLessThanOrEqual(movement.keptWindows);
    expect(movement.keptWindows).toBeLessThan(frames / 2);
    const { parts } = JSON.parse(readFileSync(map, 'utf8')) as { parts: Record<string, string> };
    const lines = readFileSync(join(out, 'trajectories.jsonl'), 'utf8').trim().split('\n');
    // None of these has more than one part between its first and its last.
    const order = ['begins', 'goes-on', 'ends'];
    const tasks = lines
      .map((line) => JSON.parse(line) as { task_id: string; traj: []; stands?: string })
      .sort((a, b) => order.indexOf(a.stands ?? '') - order.indexOf(b.stands ?? ''));
    const whole = new Map<string, { image: string; value: Said }[]>();
    for (const { task_id, traj } of tasks) {
      const id = parts[task_id] ?? task_id;
      whole.set(id, [...(whole.get(id) ?? []), ...traj]);
    }
    return whole;
  };

  it('[MOV26] [MOV52] env: what was exported at release, in parts, played back in each dialect, comes to the end', async () => {
    const spoken = new Map<string, Map<string, { value: Said }[]>>();
    for (const dialect of ['agentnet', 'openai', 'anthropic', 'ui-tars']) {
      spoken.set(dialect === 'agentnet' ? 'pyautogui' : dialect, await trajectories(dialect));
    }
    for (const card of ['expense-single', 'table-sort', 'board-move']) {
      const id = ids[card] as string;
      await withEnvironment(id, async (environment) => {
        for (const [dialect, said] of spoken) {
          const steps = (said.get(id) ?? []).map(({ value }) => value.actions ?? [value.code]);
          const where = `${card} in ${dialect}`;
          expect(steps.length, where).toBeGreaterThan(0);
          await environment.call('POST', '/reset');
          let last: Acted | null = null;
          for (const calls of steps) {
            const { status, body } = await environment.call<Acted>('POST', '/act', { dialect, calls });
            expect(status, where).toBe(200);
            expect(
              body.answers.every((answer) => answer.matched),
              `${where}: ${JSON.stringify(calls)}`,
            ).toBe(true);
            last = body;
          }
          // [ENV13] Two of the dialects can't say that they are done.
          if (!last?.observation.ended) last = (await environment.call<Acted>('POST', '/done')).body;
          expect(last?.success, where).toBe(true);
          // [ENV14]
          expect((await environment.call('POST', '/act', { dialect, calls: steps[0] })).status).toBe(409);
        }
      });
    }
  });

  it('env: [ENV12] a wrong click goes nowhere; what is no call and who is no program is refused', async () => {
    await withEnvironment(ids['table-sort'] as string, async (environment) => {
      const start = (await environment.call<Observed>('GET', '/observation')).body;
      const wrong = await environment.call<Acted>('POST', '/act', {
        dialect: 'pyautogui',
        calls: ['pyautogui.click(x=0.99, y=0.99)'],
      });
      expect(wrong.body.answers).toMatchObject([{ matched: false, node: start.node, ended: false }]);
      const early = await environment.call<Acted>('POST', '/done');
      expect(early.body.success).toBe(false);

      const picture = await fetch(`${environment.url}${start.picture}`);
      const png = PNG.sync.read(Buffer.from(await picture.arrayBuffer()));
      expect([png.width, png.height]).toEqual([start.width, start.height]);
      expect((await fetch(`${environment.url}/picture/none`)).status).toBe(404);

      for (const body of [
        null,
        { dialect: 'basic', calls: ['x'] },
        { dialect: 'pyautogui', calls: [] },
        { dialect: 'pyautogui', calls: Array(101).fill('pyautogui.click(x=0.5, y=0.5)') },
        { dialect: 'pyautogui', calls: ['import os'] },
        { dialect: 'openai', calls: [{ type: 'click' }] },
        { dialect: 'anthropic', calls: [null, { __proto__: 1 }] },
        { dialect: 'ui-tars', calls: ['click('] },
      ]) {
        const answer = await environment.call<{ error: string }>('POST', '/act', body);
        expect(answer.status, JSON.stringify(body)).toBe(400);
        expect(answer.body.error).toMatch(/\.$/);
      }

      const foreign = { headers: { origin: 'https://page.example' } };
      expect((await fetch(`${environment.url}/observation`, foreign)).status).toBe(403);
      const own = { method: 'POST', headers: { origin: environment.url } };
      expect((await fetch(`${environment.url}/reset`, own)).status).toBe(403);
      expect(await statusUnderName(environment.url, 'rebound.example')).toBe(403);
    });
  });

  it('env: says when there is no such recording', async () => {
    const missing = await aboveboard('env', 'A'.repeat(22), '--port', '0');
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('no recording') });
    expect((await aboveboard('env', ids['table-sort'] as string, '--port', 'any')).code).toBe(2);
  });
});

type Said = { code?: string; actions?: unknown[] };
type Observed = { node: string; ended: boolean; width: number; height: number; picture: string };
type Acted = {
  answers: { matched: boolean; node: string }[];
  success?: boolean;
  observation: Observed;
};
type Environment = {
  url: string;
  call<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }>;
};

/** Serves a task by the command itself for as long as `use` takes, and sees it end well. */
async function withEnvironment(id: string, use: (environment: Environment) => Promise<void>): Promise<void> {
  const command = spawn(process.execPath, [MAIN, '--data', data, '--json', 'env', id, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(command, 'exit');
  try {
    const { url } = await printed(command);
    await use({
      url,
      async call<T>(method: string, path: string, body?: unknown) {
        const answer = await fetch(`${url}${path}`, {
          method,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: answer.status, body: (await answer.json()) as T };
      },
    });
  } finally {
    command.kill('SIGINT');
    await ended;
  }
  expect(command.exitCode).toBe(0);
}

async function printed(command: ChildProcess): Promise<{ url: string }> {
  let text = '';
  let complaint = '';
  command.stderr?.on('data', (bytes) => {
    complaint += bytes;
  });
  for await (const bytes of command.stdout ?? []) {
    text += bytes;
    if (text.endsWith('}\n')) return JSON.parse(text) as { url: string };
  }
  throw new Error(`the environment did not start: ${complaint}`);
}

/** As a page would reach it whose name was made to resolve to this computer. */
function statusUnderName(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${url}/observation`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
