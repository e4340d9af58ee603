import { createReadStream, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { diskLayer, type FileLayer, syncFolder } from '../blobs/file-layer.ts';
import { takeProcessLock } from '../process-lock.ts';
import { writeGivesFrom } from '../vault/gives-from.ts';
import { asDiskFull, BackupError } from './backup-fault.ts';
import { checkFiles, makeFileWriter } from './backup-files.ts';
import type { BackupManifest } from './backup-manifest.ts';
import { requireFree } from './restore-place.ts';
import { checkVault } from './vault-backup.ts';

/** A vault's folder out of its backup (spec/backup.md, BAK44-BAK46): built beside its place, checked, and moved there whole. */
export type VaultRestoreOptions = {
  from: string;
  data: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  files?: FileLayer;
  onProgress?: (line: string) => void;
};

export type RestoredVault = { data: string; manifest: BackupManifest; held: number; destroyed: number };

const LOCK = '.restore.lock';
/** Seconds by which a server's clock may be before the vault's (GRT43): so much later may an entry say that it was made. */
const AHEAD = 300;

/** Throws BackupError; then there is no new folder. */
export async function restoreVault(options: VaultRestoreOptions): Promise<RestoredVault> {
  const { from, now, files = diskLayer, onProgress: say = () => undefined } = options;
  const data = resolve(options.data);
  requireFree(data, [from]);
  const manifest = await checkFiles(from, say);
  if (manifest.kind !== 'vault')
    throw new BackupError('faulty', `${from} is a backup of ${manifest.kind} and of no vault.`);
  const staging = `${data}.restoring`;
  takeStaging(staging);
  try {
    const writer = makeFileWriter(staging, files);
    for (const { path, sha256 } of manifest.files) {
      const is = await writer.write(path.replace(/^vault\//, ''), createReadStream(join(from, path)));
      if (is.sha256 !== sha256)
        throw new BackupError('faulty', 'The backup was changed while it was read:', [path]);
    }
    await files.makeFolder(join(staging, 'halves'));
    await writer.sync();
    say('opening each half');
    const counts = await checkVault(staging);
    // What the lost vault gave last stands in no journal here: nothing that was entered until now is given (BAK45).
    await writeGivesFrom(staging, Math.floor(now() / 1000) + AHEAD, files);
    requireFree(data, [from]);
    say('moving it to its place');
    // Its lock goes with it, so nobody takes the folder before this is done.
    renameSync(staging, data);
    await syncFolder(diskLayer, dirname(data));
    say('it is in its place');
    rmSync(join(data, LOCK), { force: true });
    return { data, manifest, ...counts };
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    throw asDiskFull(error, dirname(data));
  }
}

/** The folder to build in, this process's alone; what a killed restore left in it is removed. */
function takeStaging(staging: string): void {
  mkdirSync(staging, { recursive: true, mode: 0o700 });
  const names = readdirSync(staging);
  if (names.length > 0 && !names.some((name) => name.startsWith(LOCK)))
    throw new BackupError(
      'occupied',
      `${staging} is in the way, and no restore made it. Move it away first.`,
    );
  if (!takeProcessLock(join(staging, LOCK)))
    throw new BackupError('busy', `Another restore builds in ${staging}.`);
  for (const name of readdirSync(staging))
    if (name !== LOCK) rmSync(join(staging, name), { recursive: true });
}
