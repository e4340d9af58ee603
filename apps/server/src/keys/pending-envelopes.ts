import { join } from 'node:path';
import type { RecordingSummary } from '@aboveboard/protocol/recording-summary';
import type { HalfEnvelopes } from '@aboveboard/vault/half-envelope';
import { diskLayer, type FileLayer, syncFolder } from '../blobs/file-layer.ts';
import { sweepTemporary, writeDurably } from './durable-file.ts';

/**
 * What was announced of uploads that are not complete yet, by the upload's handle: both halves' envelopes and what
 * the device says of the recording. Files, for the same reason as the keys: after completion only the vault and the
 * guardian hold a half, and what they destroy must be gone.
 */
export type PendingEnvelopes = {
  put(upload: string, pending: Pending): Promise<void>;
  get(upload: string): Promise<Pending | null>;
  remove(upload: string): Promise<void>;
  list(): Promise<string[]>;
};
export type Pending = { envelopes: HalfEnvelopes; summary: RecordingSummary };

export async function openPendingEnvelopes(
  folder: string,
  { owner, files = diskLayer }: { owner: boolean; files?: FileLayer },
): Promise<PendingEnvelopes> {
  await files.makeFolder(folder);
  if (owner) await sweepTemporary(folder, files);
  return {
    put: (upload, pending) => writeDurably(join(folder, upload), written(pending), files),
    async get(upload) {
      const bytes = await files.read(join(folder, upload));
      return bytes && read(bytes);
    },
    async remove(upload) {
      await files.remove(join(folder, upload));
      await syncFolder(files, folder);
    },
    list: () => files.names(folder),
  };
}

function written({ envelopes, summary }: Pending): Uint8Array {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const file = { vault: base64(envelopes.vault), guardian: base64(envelopes.guardian), summary };
  return new TextEncoder().encode(JSON.stringify(file));
}

/** Null for one of before keys were split: such an upload begins anew. */
function read(bytes: Uint8Array): Pending | null {
  if (bytes[0] !== 0x7b) return null;
  const file = JSON.parse(new TextDecoder().decode(bytes)) as {
    vault: string;
    guardian: string;
    summary: RecordingSummary;
  };
  const plain = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
  return {
    envelopes: { vault: plain(file.vault), guardian: plain(file.guardian) },
    summary: file.summary,
  };
}
