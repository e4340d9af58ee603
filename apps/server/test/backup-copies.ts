import { createHash } from 'node:crypto';
import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { BackupError } from '../src/backup/backup-fault.ts';
import { walked } from '../src/backup/backup-files.ts';
import { type BackupManifest, formatManifest, parseManifest } from '../src/backup/backup-manifest.ts';
import { temporaryFolder } from './server.ts';

/** A folder that PostgreSQL's user can pass. */
export function passable(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o711);
  return folder;
}

/** What went wrong, and each fault of it. */
export const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(BackupError);
  const { code, faults, message } = error as BackupError;
  return { code, faults, message };
};

export const blobPath = (bytes: Uint8Array) => {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return `blobs/${sha256.slice(0, 2)}/${sha256}`;
};

/** A copy of a backup that a test may damage; what changes a manifest may make it anew, with its digest. */
export function copyOf(
  folder: string,
  change: (manifest: BackupManifest) => BackupManifest = (same) => same,
): string {
  const copy = join(temporaryFolder(), 'copy');
  cpSync(folder, copy, { recursive: true });
  const manifest = parseManifest(readFileSync(join(copy, 'manifest')), copy);
  writeFileSync(join(copy, 'manifest'), formatManifest(change(manifest)));
  return copy;
}

export const treeOf = (folder: string) =>
  [...walked(folder)].map(({ path, kind }) => [
    path,
    kind === 'file'
      ? createHash('sha256')
          .update(readFileSync(join(folder, path)))
          .digest('hex')
      : kind,
  ]);
