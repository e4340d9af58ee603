import type { PartSealer, PartStore } from '@aboveboard/protocol/part';
import { BlobDamaged, type BlobStore } from '../blobs/blob-store.ts';
import type { PartRow } from '../uploads/upload-rows.ts';

/** A recording as a reader takes it: sealed parts, and a sealer that opens them and seals nothing. */
export type OpenRecording = { id: string; store: PartStore; sealer: PartSealer };

/** The parts of a recording that is complete, for reading: what it consists of does not change any more. */
export function makeSealedParts(rows: readonly PartRow[], blobs: BlobStore): PartStore {
  return {
    async put() {
      throw new TypeError('a recording that is complete is not written to');
    },
    async get(index) {
      const row = rows[index];
      if (!row) return null;
      const sealed = await blobs.get(row.sha256);
      if (!sealed) throw new BlobDamaged('a part that was acknowledged is not in the store');
      return { kind: row.kind, sealed };
    },
    list: async () => rows.map(({ index, kind, bytes }) => ({ index, kind, bytes })),
  };
}
