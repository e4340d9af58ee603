import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { cosignedBy } from '@aboveboard/tlog/policy';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../bin/aboveboard.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aboveboard-demonstration-'));
chmodSync(folder, 0o711);
const running: ChildProcess[] = [];

afterEach(async () => {
  for (const child of running.splice(0)) await ended(child);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Said = {
  url: string;
  guardian: { url: string; verifierKeys: string[]; setupLink: string | null } | null;
};

async function start(data: string, ...flags: string[]): Promise<Said & { child: ChildProcess }> {
  const args = [MAIN, '--json', '--data', data, 'start', '--port', '0', ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let said = '';
  let complaint = '';
  child.stderr?.on('data', (bytes) => {
    complaint += bytes;
  });
  for await (const bytes of child.stdout ?? []) {
    said += bytes;
    if (said.endsWith('}\n')) return { ...(JSON.parse(said) as Said), child };
  }
  throw new Error(complaint);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** True when what is served at `url` has the quorum of the policy in the folder, within ten seconds. */
async function isCosigned(url: string, data: string): Promise<boolean> {
  const policy = parsePolicy(readFileSync(join(data, 'log-policy')));
  if (!policy.ok) throw new Error('the policy is none');
  for (let tries = 0; tries < 50; tries++) {
    const served = parseCheckpoint(await (await fetch(`${url}/log/rules/checkpoint`)).bytes());
    const verdict = served.ok && cosignedBy(served.value, policy.value);
    if (verdict !== false && verdict.ok && verdict.value.time !== null) return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
}

function probeAccounts(data: string): string[] {
  const listed = execFileSync(process.execPath, [MAIN, '--json', '--data', data, 'staff', 'list']);
  const { accounts } = JSON.parse(String(listed)) as { accounts: { account: string; probe: boolean }[] };
  return accounts.filter(({ probe }) => probe).map(({ account }) => account);
}

describe('a demonstration', () => {
  it('[LGS30] [IDN70] has a guardian beside it that cosigns its logs and can probe, also when it is started again', async () => {
    const data = join(folder, 'whole', 'data');
    const first = await start(data, '--demo');
    expect(first.guardian?.verifierKeys).toHaveLength(2);
    expect(first.guardian?.setupLink).toContain(first.guardian?.url);
    expect(await isCosigned(first.url, data)).toBe(true);
    await ended(first.child);
    const accounts = probeAccounts(data);
    expect(accounts.length).toBeGreaterThan(3);

    const second = await start(data, '--demo');
    expect(second.guardian?.verifierKeys).toEqual(first.guardian?.verifierKeys);
    expect(await isCosigned(second.url, data)).toBe(true);
    await ended(second.child);
    expect(probeAccounts(data)).toEqual(accounts);

    // Whoever opens its samples now needs a witness: the command runs that guardian for as long as it takes.
    const out = join(folder, 'exported');
    const flags = ['--data', data, 'export', '--format', 'parquet', '--no-frames', '--out', out];
    const exported = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    exported.stderr.on('data', (bytes) => {
      complaint += bytes;
    });
    const [code] = await once(exported, 'close');
    expect([code, complaint]).toEqual([0, '']);
    expect(existsSync(join(out, 'export.json'))).toBe(true);

    const alone = await start(data, '--demo', '--no-guardian');
    expect(alone.guardian).toBe(null);
    expect(existsSync(join(data, 'log-policy'))).toBe(false);
  });

  it('leaves witnesses that somebody else named alone', async () => {
    const data = join(folder, 'own');
    mkdirSync(data, { mode: 0o711 });
    writeFileSync(join(data, 'log-policy'), 'quorum none\n');
    await expect(start(data, '--demo')).rejects.toThrow('names witnesses of your own');
    expect(readFileSync(join(data, 'log-policy'), 'utf8')).toBe('quorum none\n');
    expect((await start(data, '--demo', '--no-guardian')).guardian).toBe(null);
    expect(readFileSync(join(data, 'log-policy'), 'utf8')).toBe('quorum none\n');
  });

  it('brings nothing of itself into the folder of a production installation', async () => {
    const data = join(folder, 'production');
    const production = await start(data);
    expect(production.guardian).toBe(null);
    await ended(production.child);
    await expect(start(data, '--demo')).rejects.toThrow("are a production installation's");
    expect(existsSync(join(data, 'guardian'))).toBe(false);
    expect(existsSync(join(data, 'log-policy'))).toBe(false);
  });
});
