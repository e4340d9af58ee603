import { createHash } from 'node:crypto';
import { RecordingError } from '@aboveboard/protocol/fault';
import type { PartLabel, PartStore } from '@aboveboard/protocol/part';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { Database } from '../database/database.ts';
import type { KeyedLock } from '../keyed-lock.ts';
import { partsOf } from '../uploads/upload-rows.ts';

/**
 * The sealed parts of one upload as protocol's PartStore: rows in the database, bytes in the blob store. The
 * bytes are durable before the row is, and the row before `put` resolves.
 */
export function makePartShelf(
  upload: string,
  parts: { database: Database; blobs: BlobStore; digestLock: KeyedLock },
): PartStore {
  const { database, blobs, digestLock } = parts;

  async function row(index: number): Promise<{ kind: PartLabel['kind']; sha256: string } | null> {
    const [found] = await database.query<{ kind: PartLabel['kind']; sha256: string }>(
      `select kind, encode(sha256, 'hex') as sha256 from part where upload = $1 and index = $2 and received`,
      [upload, index],
    );
    return found ?? null;
  }

  return {
    async put(label, sealed) {
      const sha256 = createHash('sha256').update(sealed).digest('hex');
      await digestLock(sha256, async () => {
        const known = await row(label.index);
        if (!known) {
          await blobs.put(sha256, sealed);
          await database.query(
            `insert into part (upload, index, kind, bytes, sha256, received)
             values ($1, $2, $3, $4, decode($5, 'hex'), true) on conflict do nothing`,
            [upload, label.index, label.kind, sealed.length, sha256],
          );
        }
        const kept = known ?? (await row(label.index));
        if (kept?.kind !== label.kind || kept.sha256 !== sha256) {
          throw new RecordingError([
            { rule: 'REC71', at: `part ${label.index}`, message: 'other bytes are kept under this index' },
          ]);
        }
      });
    },

    async get(index) {
      const found = await row(index);
      if (!found) return null;
      const sealed = await blobs.get(found.sha256);
      if (!sealed) throw new Error('a part that was acknowledged is not in the store');
      return { kind: found.kind, sealed };
    },

    async list() {
      const rows = await partsOf(database.query, upload);
      return rows.filter((part) => part.received).map(({ index, kind, bytes }) => ({ index, kind, bytes }));
    },
  };
}
