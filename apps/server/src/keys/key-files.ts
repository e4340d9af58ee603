import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { KeyStore } from '@aboveboard/vault/stored-keyring';
import { diskLayer, type FileLayer, syncFolder } from '../blobs/file-layer.ts';
import { makeShared } from '../blobs/shared-sync.ts';
import { sweepTemporary, writeDurably } from './durable-file.ts';

/**
 * Wrapped keys of recordings, one file each, outside PostgreSQL: its log and its dead tuples would keep what
 * was destroyed. Names are digests of ids: a listing names no recording, and a file system that ignores case
 * can't make one of two.
 */
export async function openKeyFiles(
  folder: string,
  { owner, files = diskLayer }: { owner: boolean; files?: FileLayer },
): Promise<KeyStore> {
  await files.makeFolder(folder);
  if (owner) await sweepTemporary(folder, files);
  const sync = makeShared((path) => syncFolder(files, path));
  const pathOf = (id: string) => join(folder, createHash('sha256').update(id).digest('hex'));
  return {
    get: (id) => files.read(pathOf(id)),
    put: (id, value) => writeDurably(pathOf(id), value, files, sync),
    async delete(id) {
      await files.remove(pathOf(id));
      await sync(folder);
    },
  };
}
