import type { KeyRing } from '@aboveboard/vault/keyring';
import type { Garbage } from '../blobs/garbage.ts';
import type { Database } from '../database/database.ts';
import type { PendingEnvelopes } from '../keys/pending-envelopes.ts';
import { deleteUpload } from '../uploads/upload-rows.ts';

/**
 * Erasure of recordings by the one who released them (T11, T16; UPL50-UPL52). The rows go first, so that
 * nothing can be opened any more; then the key; then the bytes. What a kill leaves undone is done at the
 * next start, and nothing is called erased before its key is gone.
 */
export type Erasure = {
  /** `unknown`: absent or another's; the two are not told apart. */
  erase(contributor: string, ids: readonly string[]): Promise<{ erased: string[]; unknown: string[] }>;
  /** Finishes what was begun. */
  resume(): Promise<number>;
};

export function makeErasure(parts: {
  database: Database;
  ring: Pick<KeyRing, 'destroy'>;
  garbage: Garbage;
  envelopes: PendingEnvelopes;
  /** Whatever serves opened recordings forgets this one. */
  onErased: (id: string) => void;
}): Erasure {
  const { database, ring, garbage, envelopes, onErased } = parts;

  async function begin(contributor: string, id: string): Promise<boolean> {
    const upload = await database.transaction(async (query) => {
      const [row] = await query<{ id: string }>(
        'select id from upload where contributor = $1 and recording = $2 for update',
        [contributor, id],
      );
      if (!row) return null;
      await query('delete from recording where upload = $1', [row.id]);
      await deleteUpload(query, row.id);
      await query('insert into erasure values ($1, false) on conflict do nothing', [id]);
      return row.id;
    });
    if (upload) await envelopes.remove(upload);
    const [known] = await database.query('select 1 from erasure where recording = $1', [id]);
    return known !== undefined;
  }

  async function finish(id: string): Promise<void> {
    onErased(id);
    await ring.destroy(id);
    await database.query('update erasure set finished = true where recording = $1 and not finished', [id]);
  }

  return {
    async erase(contributor, ids) {
      const erased: string[] = [];
      const unknown: string[] = [];
      for (const id of new Set(ids)) {
        if (await begin(contributor, id)) {
          await finish(id);
          erased.push(id);
        } else unknown.push(id);
      }
      await garbage.collect();
      return { erased, unknown };
    },

    async resume() {
      const rows = await database.query<{ recording: string }>(
        'select recording from erasure where not finished',
      );
      for (const { recording } of rows) await finish(recording);
      return rows.length;
    },
  };
}
