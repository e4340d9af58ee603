import { chmodSync, createReadStream, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { diskLayer, type FileLayer, syncFolder } from '../blobs/file-layer.ts';
import type { DataFolder } from '../data-folder.ts';
import { noteDatabaseElsewhere } from '../database/database-elsewhere.ts';
import { startEmbedded } from '../database/embedded.ts';
import { type Migration, migrations } from '../database/migrate.ts';
import { asDiskFull, BackupError } from './backup-fault.ts';
import { checkFiles, makeFileWriter } from './backup-files.ts';
import type { BackupManifest } from './backup-manifest.ts';
import { requireFree } from './restore-place.ts';
import {
  clearStaging,
  MARK,
  readMark,
  requestOf,
  sweepTrials,
  TRIAL,
  takeStaging,
  writeMark,
} from './restore-staging.ts';
import { forgetToken, isRestored, restoreTables } from './restored-tables.ts';
import { checkVault } from './vault-backup.ts';

/**
 * A data folder out of backups (spec/backup.md, BAK20-BAK29): built beside its place, checked, and moved there when it is
 * whole. The backups are read and never written.
 */
export type RestoreOptions = {
  from: string;
  /** A backup of keys; null: the folder has none, and no server starts on it until they are put back. */
  keys: string | null;
  data: string;
  /** An empty database of somebody else's for the tables; null: the built-in one (BAK28). */
  databaseUrl?: string | null;
  files?: FileLayer;
  steps?: readonly Migration[];
  onProgress?: (line: string) => void;
  /** For tests: everything is there, and nothing was moved yet. */
  onBuilt?: (staging: string) => Promise<void>;
};

export type Restored = { data: string; manifest: BackupManifest; schema: { was: number; is: number } };

/**
 * Throws BackupError; then there is no new folder. `unsure`: a database of somebody else's may have all of it, and the same restore again finds
 * out and finishes.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { databaseUrl = null, onProgress: say = () => undefined } = options;
  const data = resolve(options.data);
  requireFree(data, sources(options));
  const { manifest, steps, request } = await checkedFor(options);
  const folder = await takeStaging(`${data}.restoring`);
  // Its other part may be in a database of somebody else's: then it is not thrown away.
  let mayBeThere = databaseUrl !== null;
  try {
    mayBeThere &&= await isThere(folder, { databaseUrl: databaseUrl as string, request });
    if (!mayBeThere) {
      clearStaging(folder);
      const onCommit = () => {
        mayBeThere = databaseUrl !== null;
      };
      await build(folder, manifest, steps, { ...options, request, onCommit });
    }
    await options.onBuilt?.(folder.root);
    requireFree(data, sources(options));
    say('moving it to its place');
    // Its lock goes with it, so nobody takes the new folder before this is done.
    renameSync(folder.root, data);
    await syncFolder(diskLayer, dirname(data));
    say('it is in its place');
    rmSync(join(data, MARK), { force: true });
    rmSync(join(data, 'server.lock'), { force: true });
  } catch (error) {
    if (!mayBeThere) rmSync(folder.root, { recursive: true, force: true });
    else {
      folder.release();
      if (readMark(folder) !== null && !(error instanceof BackupError)) throw unsure(folder, error as Error);
    }
    throw asDiskFull(error, dirname(data));
  }
  if (databaseUrl !== null) await forgetToken(databaseUrl);
  return { data, manifest, schema: { was: manifest.steps.length, is: steps.length } };
}

const unsure = ({ root }: DataFolder, cause: Error) =>
  new BackupError(
    'unsure',
    `It may all be in the database already, and its folder is ${root}. Run the same restore again: it finds out, and finishes. ${cause.message}`,
    [],
    { cause },
  );

/** Did a restore that was killed just before its end put all of this into folder and database? */
async function isThere(
  folder: DataFolder,
  { databaseUrl, request }: { databaseUrl: string; request: string },
): Promise<boolean> {
  const mark = readMark(folder);
  if (!mark || !(await isRestored(databaseUrl, mark.token))) return false;
  if (mark.request === request) return true;
  throw new BackupError(
    'occupied',
    `The database holds what a restore of another backup put there, whose folder is ${folder.root}. Run that one again, or empty the database and remove that folder.`,
  );
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
  const within = options.within ?? tmpdir();
  await sweepTrials(within);
  const temporary = mkdtempSync(join(within, TRIAL));
  chmodSync(temporary, 0o711);
  try {
    const folder = await takeStaging(join(temporary, 'data'));
    await build(folder, manifest, steps, { ...options, keys: null, request: '', isTest: true });
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
  const keys = options.keys === null ? null : await checkFiles(options.keys, options.onProgress);
  if (keys !== null) {
    if (keys.kind !== 'keys')
      throw new BackupError(
        'faulty',
        `${options.keys} is a backup of ${keys.kind}, and holds no keys of a server.`,
      );
    if (keys.installation !== manifest.installation)
      throw new BackupError('other-installation', 'These keys are of another installation than the data.');
  }
  return { manifest, steps: stepsFor(manifest, options), request: requestOf([manifest, keys]) };
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

async function build(
  folder: DataFolder,
  manifest: BackupManifest,
  steps: readonly Migration[],
  options: Omit<RestoreOptions, 'data'> & { request: string; isTest?: boolean; onCommit?: () => void },
): Promise<void> {
  const { from, keys, request, isTest = false, onCommit = () => undefined } = options;
  const { files = diskLayer, databaseUrl = null, onProgress: say = () => undefined } = options;
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

  const given = { from, manifest, steps, keys: keys === null ? null : folder.keys, onProgress: say };
  if (databaseUrl !== null) {
    if (!isTest) await noteDatabaseElsewhere(folder.root, files);
    say('making the tables');
    const token = isTest ? null : (await writeMark(folder, request)).token;
    await restoreTables({ ...given, url: databaseUrl, elsewhere: { token }, onCommit });
    return;
  }
  say('making the database');
  const postgres = await startEmbedded(folder.postgres, () => undefined);
  try {
    await restoreTables({ ...given, url: postgres.url, elsewhere: null });
  } finally {
    await postgres.stop();
  }
}
