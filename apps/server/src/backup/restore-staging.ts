import { createHash, randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DataFolder, DataFolderError, takeDataFolder } from '../data-folder.ts';
import { stopOrphan } from '../database/postgres-orphan.ts';
import { writeDurably } from '../keys/durable-file.ts';
import { commandLine } from '../process-start.ts';
import { BackupError } from './backup-fault.ts';

/** Says of a folder that a restore builds it; in it what a database of somebody else's is told (BAK29). */
export const MARK = '.restoring';

/** How the name of a folder begins that a trial is made in. */
export const TRIAL = 'aboveboard-restore-';

/**
 * What a restore into a database of somebody else's is known by, in the folder that it builds and in the database, once all of it is in both.
 * `request`: of which backups it is, as a digest.
 */
export type RestoreMark = { token: string; request: string };

/** The folder to build in, this process's alone. What a killed restore left is still in it, but for processes. */
export async function takeStaging(staging: string): Promise<DataFolder> {
  mkdirSync(staging, { recursive: true, mode: 0o711 });
  const mark = join(staging, MARK);
  if (!existsSync(mark)) {
    if (readdirSync(staging).length > 0)
      throw new BackupError(
        'occupied',
        `${staging} is in the way, and no restore made it. Move it away first.`,
      );
    writeFileSync(mark, '', { mode: 0o600 });
  }
  const folder = await takeDataFolder(staging).catch((cause) => {
    if (!(cause instanceof DataFolderError) || cause.code !== 'in-use') throw cause;
    throw new BackupError('busy', `Another restore builds in ${staging}.`, [], { cause });
  });
  // Its database may still run.
  if (existsSync(folder.postgres)) await stopOrphan(folder.postgres, folder.postgres);
  await makersGone(`${folder.postgres}.new`);
  return folder;
}

/** Removes what a killed restore left in it. */
export function clearStaging({ root }: DataFolder): void {
  for (const name of readdirSync(root))
    if (name !== MARK && name !== 'server.lock')
      rmSync(join(root, name), { recursive: true, maxRetries: 10 });
}

/** Removes what killed trials of this user left, which nobody works in any more (BAK16); another's, and what is none, is left alone. */
export async function sweepTrials(parent: string): Promise<void> {
  for (const name of readdirSync(parent)) {
    const trial = join(parent, name);
    if (!name.startsWith(TRIAL) || !existsSync(join(trial, 'data', MARK))) continue;
    const info = lstatSync(trial);
    if (!info.isDirectory() || info.uid !== process.getuid?.()) continue;
    // Taken: somebody's trial goes on there.
    const folder = await takeStaging(join(trial, 'data')).catch(() => null);
    if (folder) rmSync(trial, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Null: there is none that can be read, so no database knows of it. */
export function readMark({ root }: DataFolder): RestoreMark | null {
  const [token = '', request = ''] = readFileSync(join(root, MARK), 'utf8').trim().split(' ');
  return token === '' ? null : { token, request };
}

/** A mark of its own for this request; durable when it resolves. */
export async function writeMark({ root }: DataFolder, request: string): Promise<RestoreMark> {
  const token = randomBytes(16).toString('hex');
  await writeDurably(join(root, MARK), new TextEncoder().encode(`${token} ${request}\n`));
  return { token, request };
}

/** Of which backups a restore is: their manifests name each byte. */
export function requestOf(manifests: readonly (object | null)[]): string {
  return createHash('sha256').update(JSON.stringify(manifests)).digest('hex');
}

/** What was making the database when its restore was killed comes to its own end, and would write into the next one. */
async function makersGone(making: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const makers = () => readdirSync('/proc').filter((pid) => commandLine(Number(pid)).includes(making));
  for (let waited = 0; waited < 30_000; waited += 50) {
    if (makers().length === 0) return;
    await sleep(50);
  }
  throw new BackupError(
    'busy',
    `Processes of a killed restore still work in ${making}: ${makers().join(', ')}.`,
  );
}
