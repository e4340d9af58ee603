import type { JournalStorage } from '@aboveboard/vault/journal';
import type { Database } from '../database/database.ts';
import { actorOf, listDigest, type UsesLog } from '../logs/uses-log.ts';

/**
 * The access journal: a row that says all, durable and append-only by a trigger, and then an entry in *uses*
 * that everyone can check. Only when both are there is anything opened (T13; LGS40). Until grants come, an
 * access is a grant of its own.
 */
export function makeJournalRows(database: Database, uses: UsesLog): JournalStorage {
  return {
    async append({ entry, at, purpose, ids }) {
      await database.query(
        'insert into access_entry (entry, at, kind, by, recordings) values ($1, $2, $3, $4, $5)',
        [entry, new Date(at), purpose.kind, purpose.by, ids],
      );
      await uses.record(
        actorOf(purpose.by),
        {
          kind: 'access',
          grant: entry,
          purpose: purpose.kind,
          recordings: ids.length,
          list: listDigest(ids),
        },
        entry,
      );
    },
  };
}
