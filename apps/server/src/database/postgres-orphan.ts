import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine } from '../process-start.ts';

/**
 * What a killed server leaves of its PostgreSQL: one that still runs, or only its processes, or only its lock
 * files. Two at once on one folder would destroy it, so PostgreSQL's own interlock (the lock file with its
 * shared memory) is left to PostgreSQL, but for the one case that it can't judge: a process id that is taken
 * by something else, or by a dead process that nobody has collected.
 */
export async function stopOrphan(folder: string, sockets: string): Promise<void> {
  const pid = pidIn(join(folder, 'postmaster.pid'));
  const isOurs = () => pid !== null && commandLine(pid).includes(` -D ${folder} `);
  for (const [signal, patience] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (pid === null || !isOurs()) break;
    process.kill(pid, signal);
    await until(() => !isOurs(), patience);
  }
  if (isOurs()) throw new Error(`A PostgreSQL (process ${pid}) still runs on ${folder} and does not stop.`);
  // Processes of one that was killed end by themselves as soon as they look.
  if (!(await until(() => processesIn(folder).length === 0, 15_000))) {
    throw new Error(
      `Processes of an earlier PostgreSQL still run on ${folder}: ${processesIn(folder).join(', ')}.`,
    );
  }
  for (const file of [join(folder, 'postmaster.pid'), join(sockets, '.s.PGSQL.5432.lock')]) {
    const holder = pidIn(file);
    if (holder !== null && isTaken(holder) && !commandLine(holder).includes(` -D ${folder} `))
      rmSync(file, { force: true });
  }
}

function pidIn(file: string): number | null {
  if (!existsSync(file)) return null;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** PostgreSQL's processes work in its data folder. Elsewhere than on Linux its own interlock has to do. */
function processesIn(folder: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid) || pid === process.pid) return false;
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === folder && commandLine(pid) !== '';
      } catch {
        return false;
      }
    });
}

async function until(isSo: () => boolean, patience: number): Promise<boolean> {
  for (let waited = 0; waited < patience; waited += 20) {
    if (isSo()) return true;
    await sleep(20);
  }
  return isSo();
}
