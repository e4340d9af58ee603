import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { diskLayer, type FileLayer, syncFolder } from '../blobs/file-layer.ts';

/**
 * Small secret files (mode 0600), each replaced as a whole and durable before the call returns. `syncParent`: where many are
 * written to one folder at one time, one sync of it may do for all that were renamed before it began.
 */
export async function writeDurably(
  path: string,
  bytes: Uint8Array,
  files: FileLayer = diskLayer,
  syncParent: (folder: string) => Promise<void> = (folder) => syncFolder(files, folder),
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    const file = await files.create(temporary);
    try {
      await file.write(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(temporary, path);
  } catch (error) {
    await files.remove(temporary).catch(() => undefined);
    throw error;
  }
  await syncParent(dirname(path));
}

/** As `writeDurably`; what it replaces is overwritten on the disk, as far as the disk does that. */
export async function replaceWiping(
  path: string,
  bytes: Uint8Array,
  files: FileLayer = diskLayer,
): Promise<void> {
  const before = await files.wiping?.(path);
  try {
    await writeDurably(path, bytes, files);
    // Not a moment earlier: a kill would leave neither.
    await before?.wipe();
  } finally {
    await before?.close();
  }
}

/** Removes what a killed server left half written in `folder`. */
export async function sweepTemporary(folder: string, files: FileLayer = diskLayer): Promise<void> {
  for (const name of await files.names(folder))
    if (name.startsWith('.')) await files.remove(join(folder, name));
}
