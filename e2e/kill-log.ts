import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '@aboveboard/server/database/database';
import { startEmbedded } from '@aboveboard/server/database/embedded';
import { makeLogRows } from '@aboveboard/server/logs/log-rows';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { fsck } from '@aboveboard/tlog/fsck';
import { orThrow } from '@aboveboard/tlog/log-fault';
import { LogReader } from '@aboveboard/tlog/log-reader';
import { storedLog } from '@aboveboard/tlog/stored-log';
import { seeded } from '../apps/server/test/forgetful-disk.ts';

export type LogKillTarget = 'writer' | 'database' | 'both';
export type LogKillReport = { rounds: number; acknowledged: number; entries: number; faults: string[] };

const WRITER = fileURLToPath(new URL('./kill-log-writer.ts', import.meta.url));

/**
 * Two processes append to one log, both with many at once, while `target` is killed with -9 at a seeded moment.
 * After each round: everything that was acknowledged stands where it was said, nothing stands twice, every
 * tile and entry holds under the signed head, and the head continues the one before.
 */
export async function runLogKills(options: {
  target: LogKillTarget;
  rounds: number;
  seed: number;
}): Promise<LogKillReport> {
  const { target, rounds, seed } = options;
  const folder = mkdtempSync(join(tmpdir(), 'aboveboard-kill-log-'));
  chmodSync(folder, 0o711);
  const keys = join(folder, 'keys');
  mkdirSync(keys, { mode: 0o700 });
  const chance = seeded(seed);
  const postgres = await startEmbedded(join(folder, 'postgres'), () => undefined);
  const database = openDatabase(postgres.url, 2);
  const rows = makeLogRows('uses', database);
  const said = new Map<string, { index: number; sha256: string }>();
  const report: LogKillReport = { rounds: 0, acknowledged: 0, entries: 0, faults: [] };
  let before: { size: number; root: Uint8Array } = { size: 0, root: new Uint8Array() };
  let writers: Writer[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      // The first makes the keys.
      writers = [await startWriter(postgres.url, keys, `${round}a`)];
      writers.push(await startWriter(postgres.url, keys, `${round}b`));
      await sleep(50 + chance() * 400);
      if (target !== 'writer') {
        const pid = postgres.pid();
        if (pid) process.kill(pid, 'SIGKILL');
      }
      if (target === 'database') await sleep(1500);
      for (const one of writers) await one.kill();
      while (!(await database.answers())) await sleep(50);

      for (const { acknowledged } of writers) {
        for (const line of acknowledged()) {
          const [index = '', key = '', sha256 = ''] = line.split(' ');
          const known = said.get(key);
          if (known && known.index !== Number(index)) report.faults.push('one key was given two places');
          said.set(key, { index: Number(index), sha256 });
        }
      }
      const found = await look(rows, said, before);
      before = found.head;
      report.faults.push(...found.faults.map((fault) => `${target}, seed ${seed}, round ${round}: ${fault}`));
      report.rounds++;
    }
    report.acknowledged = said.size;
    report.entries = before.size;
    return report;
  } finally {
    for (const one of writers) await one.kill();
    await database.close();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Writer = { acknowledged(): string[]; kill(): Promise<void> };

async function startWriter(url: string, keys: string, name: string): Promise<Writer> {
  const child: ChildProcess = spawn(process.execPath, [WRITER, url, keys, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (text.startsWith('ready\n')) resolve();
    });
    child.once('exit', () => reject(new Error('the writer ended before it wrote')));
  });
  const gone = new Promise((resolve) => child.once('close', resolve));
  await ready;
  return {
    // What a kill cut in the middle of a line was not said.
    acknowledged: () => text.split('\n').slice(1, -1),
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function look(
  rows: ReturnType<typeof makeLogRows>,
  said: ReadonlyMap<string, { index: number; sha256: string }>,
  before: { size: number; root: Uint8Array },
): Promise<{ faults: string[]; head: { size: number; root: Uint8Array } }> {
  const faults: string[] = [];
  const stored = await rows.head();
  if (!stored) return { faults: ['the log is gone'], head: before };
  const { checkpoint } = orThrow(parseCheckpoint(stored.checkpoint));
  const source = storedLog(rows);
  const { faultCount } = await fsck(source, checkpoint);
  if (faultCount > 0) faults.push(`${faultCount} tiles or entries do not hold`);
  const reader = new LogReader({ source, ...checkpoint });
  if (before.size > 0 && !(await reader.extends(before.size, before.root))) {
    faults.push('the head does not continue the one before');
  }
  const entries = await rows.entries(0, checkpoint.size);
  const digests = entries.map((entry) => createHash('sha256').update(entry).digest('hex'));
  if (new Set(digests).size !== digests.length) faults.push('an entry stands twice');
  for (const { index, sha256 } of said.values()) {
    if (digests[index] !== sha256) faults.push('an entry that was acknowledged is not where it was said');
  }
  return { faults, head: { size: checkpoint.size, root: checkpoint.root } };
}
