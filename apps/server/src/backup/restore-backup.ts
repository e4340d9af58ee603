import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { diskLayer, type FileLayer, syncFolder } from '../blobs/file-layer.ts';
import { type DataFolder, DataFolderError, takeDataFolder } from '../data-folder.ts';
import { openDatabase } from '../database/database.ts';
import { startEmbedded } from '../database/embedded.ts';
import { type Migration, migrate, migrations } from '../database/migrate.ts';
import { stopOrphan } from '../database/postgres-orphan.ts';
import { raiseWalls } from '../database/row-walls.ts';
import { commandLine } from '../process-start.ts';
import { asDiskFull, BackupError } from './backup-fault.ts';
import { checkFiles, makeFileWriter } from './backup-files.ts';
import { type BackupManifest, tablePath } from './backup-manifest.ts';
import { requireFree } from './restore-place.ts';
import { checkRestored } from './restored-checks.ts';
import { loadTables } from './table-files.ts';
import { checkVault } from './vault-backup.ts';

/**
 * A data folder out of backups (spec/backup.md, BAK20-BAK27): built beside its place, checked, and moved there when it is
 * whole. The backups are read and never written.
 */
export type RestoreOptions = {
  from: string;
  /** A backup of keys; null: the folder has none, and no server starts on it until they are put back. */
  keys: string | null;
  data: string;
  files?: FileLayer;
  steps?: readonly Migration[];
  onProgress?: (line: string) => void;
  /** For tests: everything is there, and nothing was moved yet. */
  onBuilt?: (staging: string) => Promise<void>;
};

export type Restored = { data: string; manifest: BackupManifest; schema: { was: number; is: number } };

const MARK = '.restoring';

/** Throws BackupError; then there is no new folder. */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const data = resolve(options.data);
  requireFree(data, sources(options));
  const { manifest, steps } = await checkedFor(options);
  const folder = await takeStaging(`${data}.restoring`);
  try {
    await build(folder, manifest, steps, options);
    await options.onBuilt?.(folder.root);
    requireFree(data, sources(options));
    options.onProgress?.('moving it to its place');
    // Its lock goes with it, so nobody takes the new folder before this is done.
    renameSync(folder.root, data);
    await syncFolder(diskLayer, dirname(data));
    options.onProgress?.('it is in its place');
    rmSync(join(data, MARK), { force: true });
    rmSync(join(data, 'server.lock'), { force: true });
  } catch (error) {
    rmSync(folder.root, { recursive: true, force: true });
    throw asDiskFull(error, dirname(data));
  }
  return { data, manifest, schema: { was: manifest.steps.length, is: steps.length } };
}

/** Reads everything, and of a backup of data makes the database again in a temporary place (BAK15, BAK16). */
export async function verifyBackup(
  options: Omit<RestoreOptions, 'data' | 'keys'> & {
    /** Where the trial is made; by itself in the system's place for such. */
    within?: string;
  },
): Promise<BackupManifest> {
  const say = options.onProgress;
  const manifest = await checkFiles(options.from, say);
  if (manifest.kind === 'vault') await checkVault(join(options.from, 'vault'));
  if (manifest.kind !== 'data') return manifest;
  const steps = stepsFor(manifest, options);
  const temporary = mkdtempSync(join(options.within ?? tmpdir(), 'aboveboard-restore-'));
  chmodSync(temporary, 0o711);
  try {
    const folder = await takeStaging(join(temporary, 'data'));
    await build(folder, manifest, steps, { ...options, keys: null, isTest: true });
    folder.release();
  } catch (error) {
    throw asDiskFull(error, temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return manifest;
}

const sources = ({ from, keys }: RestoreOptions) => (keys === null ? [from] : [from, keys]);

async function checkedFor(options: RestoreOptions) {
  const manifest = await checkFiles(options.from, options.onProgress);
  if (manifest.kind !== 'data')
    throw new BackupError(
      'faulty',
      `${options.from} is a backup of ${manifest.kind}, and --from is one of data. Keys are given as --keys; a vault is restored with --vault.`,
    );
  if (options.keys !== null) {
    const keys = await checkFiles(options.keys, options.onProgress);
    if (keys.kind !== 'keys')
      throw new BackupError(
        'faulty',
        `${options.keys} is a backup of ${keys.kind}, and holds no keys of a server.`,
      );
    if (keys.installation !== manifest.installation)
      throw new BackupError('other-installation', 'These keys are of another installation than the data.');
  }
  return { manifest, steps: stepsFor(manifest, options) };
}

/** All steps of this program, if the backup's are the first of them. */
function stepsFor(manifest: BackupManifest, options: { steps?: readonly Migration[] }): readonly Migration[] {
  const steps = options.steps ?? migrations();
  if (manifest.steps.length > steps.length) {
    throw new BackupError(
      'newer-schema',
      `The backup is of schema ${manifest.steps.length}, newer than this software, which knows ${steps.length}. ` +
        'Restore it with the newer Aboveboard.',
    );
  }
  const others = manifest.steps.filter(({ digest }, i) => steps[i]?.digest !== digest);
  if (others.length > 0) {
    throw new BackupError(
      'faulty',
      'Steps of the schema are not those that ship here:',
      others.map(({ number, name }) => `${number} (${name})`),
    );
  }
  return steps;
}

/** The folder to build in, this process's alone; what a killed restore left in it is removed. */
async function takeStaging(staging: string): Promise<DataFolder> {
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
  for (const name of readdirSync(staging))
    if (name !== MARK && name !== 'server.lock')
      rmSync(join(staging, name), { recursive: true, maxRetries: 10 });
  return folder;
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

async function build(
  folder: DataFolder,
  manifest: BackupManifest,
  steps: readonly Migration[],
  options: Omit<RestoreOptions, 'data'> & { isTest?: boolean },
): Promise<void> {
  const { from, keys, files = diskLayer, isTest = false, onProgress: say = () => undefined } = options;
  const writer = makeFileWriter(folder.root, files);
  const copy = async (source: string, path: string, as: string, sha256: string) => {
    const is = await writer.write(as, createReadStream(join(source, path)));
    if (is.sha256 !== sha256)
      throw new BackupError('faulty', 'The backup was changed while it was read:', [path]);
  };
  for (const [i, { path, sha256 }] of manifest.files.entries()) {
    if (path.startsWith('tables/') || (isTest && path.startsWith('blobs/'))) continue;
    if (i % 100 === 0) say(`copying ${i} of ${manifest.files.length} files`);
    await copy(from, path, path.replace(/^folder\//, ''), sha256);
  }
  if (keys !== null)
    for (const { path, sha256 } of (await checkFiles(keys)).files) await copy(keys, path, path, sha256);
  for (const name of [folder.blobs, folder.keys, folder.agreement]) await files.makeFolder(name);
  await writer.sync();

  say('making the database');
  const postgres = await startEmbedded(folder.postgres, () => undefined);
  try {
    const database = openDatabase(postgres.url, 1);
    try {
      await migrate(database, steps.slice(0, manifest.steps.length));
      say('loading the tables');
      await loadTables(postgres.url, manifest.tables, (table) =>
        createReadStream(join(from, tablePath(table))),
      );
      say('bringing the schema forward');
      await migrate(database, steps).catch((cause: Error) => {
        throw new BackupError(
          'migration-failed',
          `The schema of the backup could not be brought from ${manifest.steps.length} to ${steps.length}: ${cause.message}`,
          [],
          { cause },
        );
      });
      await database.transaction((query) => raiseWalls(query));
      say('checking both logs');
      await checkRestored(database, manifest, keys === null ? null : folder.keys);
    } finally {
      await database.close();
    }
  } finally {
    await postgres.stop();
  }
}
