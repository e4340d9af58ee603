import type { JournalStorage } from '@aboveboard/vault/journal';
import type { MayOpen } from '../access/opening-decision.ts';
import type { Database } from '../database/database.ts';
import { actorOf, listDigest, type UsesLog } from '../logs/uses-log.ts';
import type { GrantSource } from '../recordings/grant-source.ts';
import type { GrantedKeys } from '../recordings/granted-keys.ts';
import { recordingsWithIds } from '../recordings/recording-rows.ts';

/**
 * The access journal: the grant, the decision, then a row that says all, durable and append-only by a trigger, and then an entry in
 * *uses* that everyone can check. Only when all are there is anything opened (T13; LGS40). What nobody released (imports,
 * samples) needs no grant: its entry names itself as one.
 */
export function makeJournalRows(parts: {
  database: Database;
  uses: UsesLog;
  grants: GrantSource;
  mayOpen: MayOpen;
  keys: Pick<GrantedKeys, 'entered'>;
}): JournalStorage {
  const { database, uses, grants, mayOpen, keys } = parts;
  return {
    async append({ entry, at, purpose, ids }) {
      const known = await recordingsWithIds(database.query, ids);
      const given = known.some((one) => one.class === 'own') ? await grants(purpose, known) : null;
      await mayOpen(purpose, ids, { known, given });
      await database.query(
        'insert into access_entry (entry, at, kind, by, recordings, grant_id) values ($1, $2, $3, $4, $5, $6)',
        [entry, new Date(at), purpose.kind, purpose.by, ids, given?.grant.id ?? null],
      );
      const { index } = await uses.record(
        actorOf(purpose.by),
        {
          kind: 'access',
          grant: given?.grant.id ?? entry,
          purpose: purpose.kind,
          recordings: ids.length,
          list: listDigest(ids),
        },
        entry,
      );
      if (given) keys.entered(entry, { given, index });
    },
  };
}
