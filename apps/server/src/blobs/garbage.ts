import { makeCommitBatch } from '../database/commit-batch.ts';
import type { Database } from '../database/database.ts';
import type { KeyedLock } from '../keyed-lock.ts';
import type { BlobStore } from './blob-store.ts';

/**
 * Removes sealed bytes that nothing refers to any more. `lock` is the one under which parts are received: a
 * digest that is being received again keeps its bytes.
 */
export type Garbage = {
  /** Bytes that were put and turned out to belong to nothing. */
  add(sha256: string): Promise<void>;
  /** Looks at the digests whose last reference may be gone. */
  collect(): Promise<void>;
  /**
   * Looks at the whole store: bytes whose receipt was never committed (a kill between the two). Only while no
   * other process adds to the store. Gives how many it removed.
   */
  sweep(): Promise<number>;
};

/** Digests that are looked at at one time; the database has fewer connections. */
const ABREAST = 16;

export function makeGarbage(database: Database, blobs: BlobStore, lock: KeyedLock): Garbage {
  const forget = makeCommitBatch<string>(async (digests) => {
    await database.query(
      `delete from garbage using unnest($1::text[]) as gone (sha256)
       where garbage.sha256 = decode(gone.sha256, 'hex')`,
      [digests],
    );
  });

  async function removeUnreferenced(sha256: string): Promise<boolean> {
    return lock(sha256, async () => {
      const [held] = await database.query(
        `select 1 from part where sha256 = decode($1, 'hex') and received limit 1`,
        [sha256],
      );
      if (!held) await blobs.remove(sha256);
      // While the digest is locked: whoever adds it again does so after this.
      await forget(sha256);
      return !held;
    });
  }

  return {
    async add(sha256) {
      await database.query(`insert into garbage values (decode($1, 'hex')) on conflict do nothing`, [sha256]);
    },

    async collect() {
      for (;;) {
        const rows = await database.query<{ sha256: string }>(
          `select encode(sha256, 'hex') as sha256 from garbage limit 500`,
        );
        if (rows.length === 0) return;
        for (let at = 0; at < rows.length; at += ABREAST)
          await Promise.all(rows.slice(at, at + ABREAST).map(({ sha256 }) => removeUnreferenced(sha256)));
      }
    },

    async sweep() {
      let removed = 0;
      let batch: string[] = [];
      const look = async () => {
        const loose = await database.query<{ sha256: string }>(
          `select row.sha256 from unnest($1::text[]) as row (sha256)
           where not exists (select 1 from part where part.sha256 = decode(row.sha256, 'hex') and received)`,
          [batch],
        );
        batch = [];
        for (const { sha256 } of loose) if (await removeUnreferenced(sha256)) removed++;
      };
      for await (const sha256 of blobs.list()) {
        if (batch.push(sha256) >= 1000) await look();
      }
      if (batch.length > 0) await look();
      return removed;
    },
  };
}
