import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { diskLayer, type FileLayer, type OpenFolder, syncFolder } from './file-layer.ts';
import { makeShared } from './shared-sync.ts';

/**
 * Sealed parts by their SHA-256, below one folder (spec/upload.md, UPL20-UPL24). A name is there only when
 * all of its bytes are durable: written to a temporary name, synced, renamed, and the folder synced.
 */
export type BlobStore = {
  /**
   * Durable before it resolves. False, and nothing is written, when the bytes have another SHA-256.
   */
  put(sha256: string, bytes: Uint8Array): Promise<boolean>;
  /** Null: there is none. BlobDamaged when the bytes are not those that the name says. */
  get(sha256: string): Promise<Uint8Array | null>;
  /** Nothing happens when there is none. */
  remove(sha256: string): Promise<void>;
  /** Every name that is there; for the sweep and for checks of the whole store. */
  list(): AsyncGenerator<string>;
  close(): Promise<void>;
};

export class BlobDamaged extends Error {
  override readonly name = 'BlobDamaged';
}

const INCOMING = 'incoming';

/** Opens the store; its one owner also removes what a killed server left half written. */
export async function openBlobStore(
  folder: string,
  { owner, files = diskLayer }: { owner: boolean; files?: FileLayer },
): Promise<BlobStore> {
  const incoming = join(folder, INCOMING);
  const shelves = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
  const present = new Set(await files.names(folder));
  for (const name of [INCOMING, ...shelves])
    if (!present.has(name)) await files.makeFolder(join(folder, name));
  await syncFolder(files, folder);
  for (const name of owner ? await files.names(incoming) : []) await files.remove(join(incoming, name));

  // Kept open: opening a folder for each sync takes as long as the sync.
  const open = new Map<string, Promise<OpenFolder>>();
  const syncShelf = makeShared(async (shelf) => {
    const folder = open.get(shelf) ?? files.openFolder(shelf);
    open.set(shelf, folder);
    folder.catch(() => open.delete(shelf));
    await (await folder).sync();
  });
  const shelfOf = (sha256: string) => join(folder, sha256.slice(0, 2));
  const pathOf = (sha256: string) => join(shelfOf(sha256), sha256);

  return {
    async put(sha256, bytes) {
      if (digestOf(bytes) !== sha256) return false;
      // Also when the name is there: what is renamed over it is the same, and what decayed on the disk is mended.
      const temporary = join(incoming, randomBytes(12).toString('hex'));
      try {
        const file = await files.create(temporary);
        try {
          await file.write(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await files.rename(temporary, pathOf(sha256));
      } catch (error) {
        await files.remove(temporary).catch(() => undefined);
        throw error;
      }
      await syncShelf(shelfOf(sha256));
      return true;
    },

    async get(sha256) {
      const bytes = await files.read(pathOf(requireDigest(sha256)));
      if (bytes && digestOf(bytes) !== sha256) {
        throw new BlobDamaged('a stored part is not what it was when it was received');
      }
      return bytes;
    },

    async remove(sha256) {
      await files.remove(pathOf(requireDigest(sha256)));
      await syncShelf(shelfOf(sha256));
    },

    async *list() {
      for (const shelf of shelves) yield* await files.names(join(folder, shelf));
    },

    async close() {
      const folders = [...open.values()];
      open.clear();
      for (const shelf of folders) await (await shelf).close();
    },
  };
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A name becomes a path: nothing but a digest may. */
function requireDigest(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError('not a SHA-256 in hex');
  return sha256;
}
