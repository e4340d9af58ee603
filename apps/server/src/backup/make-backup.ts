import { createReadStream, existsSync, lstatSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FileLayer } from '../blobs/file-layer.ts';
import { BUCKET_FILE } from '../blobs/part-blobs.ts';
import { type FolderPaths, folderPaths, runningServer, takeDataFolder } from '../data-folder.ts';
import { openDatabase } from '../database/database.ts';
import { startEmbedded } from '../database/embedded.ts';
import { SERVER_ROLE } from '../database/row-walls.ts';
import { LOG_POLICY, NEXT_LOG_POLICY } from '../logs/log-policy.ts';
import { makeLogRows } from '../logs/log-rows.ts';
import { makeRulesLog } from '../logs/rules-log.ts';
import { BackupError } from './backup-fault.ts';
import { copyFolder, type FileWriter } from './backup-files.ts';
import { tablePath } from './backup-manifest.ts';
import { watchIdentities } from './copied-identities.ts';
import type { KeptBackup } from './kept-backups.ts';
import { type Filled, inBackups, type MadeBackup, writeBackup } from './new-backup.ts';
import { dumpTables } from './table-files.ts';

/**
 * A backup of a server's data folder, while it runs or is stopped (spec/backup.md). Of data, or of keys alone: the two
 * together are what opens, so they are never in one.
 */
export type BackupOptions = {
  data: string;
  to: string;
  kind: 'data' | 'keys';
  /** How many whole ones stay; null: all. */
  keep: number | null;
  /** Of a stopped server whose tables are elsewhere. */
  databaseUrl?: string | undefined;
  now: () => number;
  files?: FileLayer;
  onProgress?: (line: string) => void;
  /** For tests: between the snapshot and the copying of what it speaks of. */
  onSnapshot?: () => Promise<void>;
};

/** What stands in a data folder beside its folders, and is the operator's or the installation's own. */
export const FOLDER_FILES = [
  'folder-id',
  LOG_POLICY,
  NEXT_LOG_POLICY,
  'vault-address',
  'guardian-address',
  'identity.json',
  'reminders.json',
  'task-cards.json',
];
/** How often a snapshot is taken anew because something was erased meanwhile. */
const SNAPSHOTS = 5;

/** Throws BackupError. Whatever goes wrong: there is no new backup then, and the earlier ones are all there. */
export async function makeBackup(options: BackupOptions): Promise<MadeBackup> {
  const paths = folderPaths(options.data);
  const to = resolve(options.to);
  const installation = installationId(paths.root);
  if (options.kind === 'data' && existsSync(join(paths.root, BUCKET_FILE)))
    throw new BackupError(
      'unsuitable',
      'REL129: sealed parts lie in a bucket, and a backup would be without them.',
    );
  const work = () =>
    withDatabase(options, (url) =>
      writeBackup({ ...options, installation }, (writer, earlier) =>
        options.kind === 'data'
          ? writeData({ paths, url, writer, earlier, options })
          : writeKeys({ paths, url, writer }),
      ),
    );
  return inBackups(to, { data: paths.root, work });
}

async function writeData(given: {
  paths: FolderPaths;
  url: string;
  writer: FileWriter;
  earlier: KeptBackup | undefined;
  options: BackupOptions;
}): Promise<Filled> {
  const { paths, url, writer, earlier, options } = given;
  const say = options.onProgress ?? (() => undefined);
  const faults: string[] = [];
  const before = new Map(earlier?.manifest.files.map((file) => [file.path, file]));
  let shared = 0;

  /** `gone`: erased since the snapshot, or lost; the next snapshot tells. */
  async function copyBlob(sha256: string): Promise<'here' | 'gone'> {
    const path = `blobs/${sha256.slice(0, 2)}/${sha256}`;
    if (writer.has(path)) return 'here';
    const from = join(paths.root, path);
    if (!existsSync(from)) return 'gone';
    const known = before.get(path);
    if (known && earlier && (await writer.adopt(known, join(earlier.folder, path)))) {
      shared++;
      return 'here';
    }
    try {
      const { sha256: is } = await writer.write(path, createReadStream(from));
      if (is !== sha256) faults.push(`${path}: its bytes are not those that were received`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await writer.forget(path);
      return 'gone';
    }
    return 'here';
  }

  for (let attempt = 1; ; attempt++) {
    say('taking a snapshot of the database');
    for (const { path } of writer.written) if (path.startsWith('tables/')) await writer.forget(path);
    const { blobs, ...snapshot } = await dumpTables(url, async (table, bytes) => {
      await writer.write(tablePath(table), bytes);
    });
    await options.onSnapshot?.();
    const gone: string[] = [];
    let done = 0;
    for (const sha256 of blobs) {
      if (done++ % 50 === 0) say(`${done} of ${blobs.size} sealed parts`);
      if ((await copyBlob(sha256)) === 'gone') gone.push(sha256);
    }
    if (gone.length > 0 && attempt < SNAPSHOTS) continue;
    for (const sha256 of gone) faults.push(`blobs/${sha256.slice(0, 2)}/${sha256}: is missing`);
    // Of what was erased between two snapshots nothing stays.
    for (const { path } of writer.written)
      if (path.startsWith('blobs/') && !blobs.has(path.slice(9))) await writer.forget(path);
    for (const name of FOLDER_FILES) {
      const info = lstatSync(join(paths.root, name), { throwIfNoEntry: false });
      if (info?.isFile()) await writer.write(`folder/${name}`, createReadStream(join(paths.root, name)));
      else if (info) faults.push(`${name}: is no plain file`);
    }
    await copyFolder(paths.agreement, 'agreement', writer, faults);
    if (faults.length > 0) {
      throw new BackupError(
        'source-damaged',
        'The data folder is damaged, so nothing was backed up. Earlier backups are as they were:',
        faults,
      );
    }
    return { ...snapshot, shared, days: null };
  }
}

async function writeKeys(given: { paths: FolderPaths; url: string; writer: FileWriter }): Promise<Filled> {
  const { paths, url, writer } = given;
  const faults: string[] = [];
  const requireSame = watchIdentities(paths.keys, 'keys');
  await copyFolder(paths.keys, 'keys', writer, faults);
  requireSame(writer);
  if (faults.length > 0)
    throw new BackupError('source-damaged', 'The folder of keys holds what is none:', faults);
  if (writer.written.length === 0)
    throw new BackupError('no-installation', `There are no keys in ${paths.keys}.`);
  return { steps: [], tables: [], logs: [], shared: 0, days: await agreedKeyDays(url) };
}

function installationId(root: string): string {
  try {
    return readFileSync(join(root, 'folder-id'), 'utf8').trim();
  } catch (cause) {
    throw new BackupError('no-installation', `There is no installation in ${root}.`, [], { cause });
  }
}

/** Beside the server that runs, or with the database up for as long as this takes, and unchanged. */
async function withDatabase<T>(options: BackupOptions, work: (url: string) => Promise<T>): Promise<T> {
  const running = runningServer(options.data);
  if (running?.databaseUrl) return work(running.databaseUrl);
  const folder = await takeDataFolder(options.data);
  try {
    if (options.databaseUrl) return await work(options.databaseUrl);
    if (!existsSync(folder.postgres)) {
      throw new BackupError(
        'no-installation',
        `There is no database in ${folder.root}. If its tables are elsewhere, name that database by DATABASE_URL.`,
      );
    }
    const postgres = await startEmbedded(folder.postgres, () => undefined);
    try {
      return await work(postgres.url);
    } finally {
      await postgres.stop();
    }
  } finally {
    folder.release();
  }
}

/** The longest of any version that was in force (VLT75); null: there is none yet. */
async function agreedKeyDays(url: string): Promise<number | null> {
  const plain = openDatabase(url, 1);
  const [found] = await plain
    .query<{ logs: boolean; walls: boolean }>(
      `select to_regclass('public.log_head') is not null as logs,
         exists (select 1 from pg_roles where rolname = $1) as walls`,
      [SERVER_ROLE],
    )
    .finally(() => plain.close());
  // Of a schema before the logs.
  if (!found?.logs) return null;
  const database = openDatabase(url, 1, found.walls ? SERVER_ROLE : undefined);
  try {
    const storage = makeLogRows('rules', database);
    const state = await makeRulesLog({
      storage,
      size: async () => (await storage.head())?.size ?? 0,
      append: async () => {
        throw new Error('a backup adds nothing');
      },
    }).state();
    const days = (state?.versions ?? []).map(({ agreement }) => agreement.retention.keyBackupDays);
    return days.length === 0 ? null : Math.max(...days);
  } finally {
    await database.close();
  }
}
