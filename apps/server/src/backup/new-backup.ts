import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { diskLayer, type FileLayer, syncFolder } from '../blobs/file-layer.ts';
import { asDiskFull, BackupError } from './backup-fault.ts';
import { type FileWriter, makeFileWriter, writeManifest } from './backup-files.ts';
import { lockBackups } from './backup-lock.ts';
import { BACKUP_FORMAT, BACKUP_VERSION, type BackupManifest } from './backup-manifest.ts';
import { type KeptBackup, keptBackups, makingName, removeOlder, sweepUndone } from './kept-backups.ts';

/** The order in which a backup of any kind comes to be: begun, written, named, and only then older ones go (BAK8, BAK11). */
export type NewBackup = {
  to: string;
  kind: BackupManifest['kind'];
  installation: string;
  keep: number | null;
  now: () => number;
  files?: FileLayer;
  onProgress?: (line: string) => void;
};

export type MadeBackup = {
  folder: string;
  manifest: BackupManifest;
  /** Files that stand in the backup before too and took no room. */
  shared: number;
  removed: string[];
  /** For how many days keys may be kept, by the agreement; null: there is none, or these are no keys. */
  keyBackupDays: number | null;
};

export type Filled = Pick<BackupManifest, 'steps' | 'tables' | 'logs'> & {
  shared: number;
  /** For how many days backups of keys are kept; null: as long as anybody likes. */
  days: number | null;
};

/** This process's alone while `work` runs; what a killed one left half made or half removed is gone before. */
export async function inBackups<T>(
  to: string,
  { data, work }: { data: string; work: () => Promise<T> },
): Promise<T> {
  const inside = relative(data, to);
  if (inside === '' || !(inside.startsWith(`..${sep}`) || inside === '..'))
    throw new BackupError(
      'occupied',
      `${to} is in the data folder itself. A backup goes elsewhere, best to another disk.`,
    );
  try {
    mkdirSync(to, { recursive: true, mode: 0o700 });
    const unlock = lockBackups(to);
    try {
      sweepUndone(to);
      return await work();
    } finally {
      unlock();
    }
  } catch (error) {
    throw asDiskFull(error, to);
  }
}

/** `fill` writes all but the manifest. Whatever goes wrong: there is no new backup then, and the earlier ones are all there. */
export async function writeBackup(
  { kind, installation, keep, now, onProgress, ...given }: NewBackup,
  fill: (writer: FileWriter, earlier: KeptBackup | undefined) => Promise<Filled>,
): Promise<MadeBackup> {
  const { files = diskLayer } = given;
  const to = resolve(given.to);
  requireApart(to, kind);
  const earlier = await keptBackups(to, { kind, installation });
  const madeAt = new Date(now()).toISOString();
  const name = `aboveboard-${kind}-${madeAt.replaceAll(/[-:.]/g, '')}`;
  const making = join(to, makingName(name));
  const folder = join(to, name);
  if (existsSync(folder)) throw new BackupError('busy', `${folder} is there already. Try again.`);
  try {
    await files.makeFolder(making);
    const writer = makeFileWriter(making, files);
    const { shared, days, ...filled } = await fill(writer, earlier.at(-1));
    await writer.sync();
    const manifest: BackupManifest = {
      format: BACKUP_FORMAT,
      version: BACKUP_VERSION,
      kind,
      installation,
      madeAt,
      ...filled,
      ...(kind === 'vault' ? { keyDays: days } : {}),
      files: [...writer.written],
    };
    await writeManifest(making, manifest, files);
    await files.rename(making, folder);
    await syncFolder(files, to);
    const removed = removeOlder([...earlier, { folder, manifest }], { keep, days, now: now() }, (one) =>
      onProgress?.(`removing ${basename(one)}`),
    );
    return { folder, manifest, shared, removed, keyBackupDays: days };
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
}

/** A vault of its own beside its server would be more of what opens in one place than either may have (T12; BAK42). */
function requireApart(to: string, kind: BackupManifest['kind']): void {
  const others = kind === 'vault' ? /^aboveboard-(data|keys)-/ : /^aboveboard-vault-/;
  if (!readdirSync(to).some((name) => others.test(name))) return;
  const [of, mine] = kind === 'vault' ? ['a server', 'The vault’s'] : ['a vault', 'The server’s'];
  throw new BackupError(
    'occupied',
    `There are backups of ${of} in ${to}. ${mine} go elsewhere, best to another disk and into other hands.`,
  );
}
