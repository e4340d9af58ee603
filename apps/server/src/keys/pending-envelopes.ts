import { join } from 'node:path';
import type { Envelope } from '@aboveboard/vault/keyring';
import { diskLayer, type FileLayer, syncFolder } from '../blobs/file-layer.ts';
import { sweepTemporary, writeDurably } from './durable-file.ts';

/**
 * Envelopes of uploads that are not complete yet, by the upload's handle. Files, for the same reason as the
 * keys: after completion only the key ring holds the key, and what it destroys must be gone.
 */
export type PendingEnvelopes = {
  put(upload: string, envelope: Envelope): Promise<void>;
  get(upload: string): Promise<Envelope | null>;
  remove(upload: string): Promise<void>;
  list(): Promise<string[]>;
};

export async function openPendingEnvelopes(
  folder: string,
  { owner, files = diskLayer }: { owner: boolean; files?: FileLayer },
): Promise<PendingEnvelopes> {
  await files.makeFolder(folder);
  if (owner) await sweepTemporary(folder, files);
  return {
    put: (upload, envelope) => writeDurably(join(folder, upload), envelope, files),
    get: (upload) => files.read(join(folder, upload)),
    async remove(upload) {
      await files.remove(join(folder, upload));
      await syncFolder(files, folder);
    },
    list: () => files.names(folder),
  };
}
