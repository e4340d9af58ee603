import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { checkFiles, walked } from '../src/backup/backup-files.ts';
import type { BackupManifest } from '../src/backup/backup-manifest.ts';
import type { ChildWork } from './backup-child.ts';
import { treeOf } from './backup-copies.ts';

/**
 * A process that backs up or restores, killed by -9, and what is looked at afterwards (spec/backup.md, BAK32): none of it
 * believes what the process said.
 */
export type Ended = {
  killed: boolean;
  /** The moments that it came to, in order, without numbers that differ from run to run. */
  moments: string[];
  /** Milliseconds until it came to the first, and until it ended. */
  first: number;
  took: number;
};

const CHILD = fileURLToPath(new URL('backup-child.ts', import.meta.url));

/** `after`: milliseconds after which it is killed from outside; null: it dies at `killAt`, or not at all. */
export async function runChild(
  work: ChildWork,
  { temporary, after = null }: { temporary: string; after?: number | null },
): Promise<Ended> {
  const began = performance.now();
  const child = spawn(process.execPath, [CHILD, JSON.stringify(work)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporary },
  });
  const gone = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once('close', (_code, signal) => resolve(signal));
  });
  const timer = after === null ? null : setTimeout(() => child.kill('SIGKILL'), after);
  const moments: string[] = [];
  let first = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    first ||= performance.now() - began;
    moments.push(
      line
        .replaceAll(/aboveboard-(?:data|keys|vault)-\w+/g, 'BACKUP')
        .replaceAll(/blobs\/[0-9a-f]{2}\//g, 'blobs/')
        .replaceAll(/\.[0-9a-f]{12}\b/g, '.DRAFT')
        .replaceAll(/\b\d+\b/g, 'N'),
    );
  }
  const signal = await gone;
  if (timer) clearTimeout(timer);
  return { killed: signal === 'SIGKILL', moments, first, took: performance.now() - began };
}

/** What several moments have in common that differ in a file's name only. */
export const kindOf = (moment: string) => moment.replace(/^(created|wrote) (.*\/)?[^/]*$/, '$1 $2*');

/** Names of the backups in a folder, each with the digest of each file. */
export function backupsIn(to: string): Map<string, unknown> {
  const names = existsSync(to) ? readdirSync(to).filter((name) => name.startsWith('aboveboard-')) : [];
  return new Map(names.sort().map((name) => [name, treeOf(join(to, name))]));
}

/** `keep`: what the killed backup was told to keep. */
export async function faultsOfBackups(
  to: string,
  before: ReadonlyMap<string, unknown>,
  keep: number,
): Promise<string[]> {
  const faults: string[] = [];
  const now = backupsIn(to);
  for (const name of now.keys()) {
    const why = await checkFiles(join(to, name)).then(
      () => null,
      (error: Error) => error.message,
    );
    if (why !== null) faults.push(`half a backup counts as one: ${why}`);
  }
  const fresh = [...now.keys()].filter((name) => !before.has(name));
  if (fresh.length > 1) faults.push(`one backup made ${fresh.length}`);
  const surplus = fresh.length === 0 ? 0 : Math.max(0, before.size + 1 - keep);
  for (const [i, [name, tree]] of [...before].entries()) {
    const is = now.get(name);
    if (is === undefined) {
      if (i >= surplus) faults.push(`${name} is gone, and was to be kept`);
    } else if (!isDeepStrictEqual(is, tree)) faults.push(`${name} is not what it was`);
  }
  return [...faults, ...faultsOfModes(to)];
}

export function faultsOfModes(folder: string): string[] {
  const faults: string[] = [];
  const look = (path: string) => {
    const { mode } = lstatSync(path);
    if ((mode & 0o077) !== 0) faults.push(`${path} can be read by others: ${(mode & 0o777).toString(8)}`);
  };
  const within = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      look(join(path, entry.name));
      if (entry.isDirectory()) within(join(path, entry.name));
    }
  };
  if (existsSync(folder)) within(folder);
  return faults;
}

/** What no one but a folder of keys holds: of each secret file a stretch that stands nowhere else. */
export function secretsOf(keys: string): Buffer[] {
  return [...walked(keys)].flatMap(({ path }) => {
    const bytes = readFileSync(join(keys, path));
    const identity = /^AGE-SECRET-KEY-\S+/m.exec(bytes.toString('latin1'))?.[0];
    if (identity) return [Buffer.from(identity)];
    return bytes.length < 64 ? [] : [bytes.subarray(-60, -4)];
  });
}

/** Every file below `root` that holds a secret and is not below one of `allowed`. */
export function secretsOutside(
  root: string,
  secrets: readonly Buffer[],
  allowed: readonly string[],
): string[] {
  for (let tries = 0; ; tries++) {
    try {
      return foundSecrets(root, secrets, allowed);
    } catch (error) {
      // What was making a database when its restore was killed works on for a moment, and removes files of its own.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 100) throw error;
    }
  }
}

function foundSecrets(root: string, secrets: readonly Buffer[], allowed: readonly string[]): string[] {
  const found: string[] = [];
  for (const { path, kind } of walked(root)) {
    const full = join(root, path);
    if (kind !== 'file' || allowed.some((one) => !relative(one, full).startsWith('..'))) continue;
    const bytes = readFileSync(full);
    if (secrets.some((secret) => bytes.includes(secret))) found.push(`${path} holds a key`);
  }
  return found;
}

const ELSEWHERE = 'database-elsewhere';

/** Of a place that a killed restore was to make: it is as it was, or all of it is there. */
export function faultsOfPlace(
  place: string,
  manifests: readonly BackupManifest[],
  database: 'built-in' | 'elsewhere' = 'built-in',
): string[] {
  if (!existsSync(place)) return [];
  const faults: string[] = [];
  const wanted = manifests.flatMap(({ files }) => files).filter(({ path }) => !path.startsWith('tables/'));
  const found = new Map(treeOf(place).map(([path, digest]) => [path as string, digest as string]));
  for (const { path, sha256 } of wanted)
    if (found.get(path.replace(/^folder\//, '')) !== sha256)
      faults.push(`${path} is not in the restored folder`);
  const [wants, other] = database === 'built-in' ? ['postgres', ELSEWHERE] : [ELSEWHERE, 'postgres'];
  if (!existsSync(join(place, wants))) faults.push(`${wants} is not there`);
  if (existsSync(join(place, other))) faults.push(`${other} is there`);
  return faults;
}
