import type { JournalStorage } from '@aboveboard/vault/journal';
import type { Database } from '../database/database.ts';

/** The access journal in PostgreSQL: durable by `synchronous_commit`, append-only by a trigger (T13). */
export function makeJournalRows(database: Database): JournalStorage {
  return {
    async append({ entry, at, purpose, ids }) {
      await database.query(
        'insert into access_entry (entry, at, kind, by, recordings) values ($1, $2, $3, $4, $5)',
        [entry, new Date(at), purpose.kind, purpose.by, ids],
      );
    },
  };
}
