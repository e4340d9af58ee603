import { setTimeout as wait } from 'node:timers/promises';
import type { JournalStorage } from '@aboveboard/vault/journal';
import type { MayOpen } from '../access/opening-decision.ts';
import type { Database, Query } from '../database/database.ts';
import { makeKeyedLock } from '../keyed-lock.ts';
import { actorOf, listDigest, type UsesLog } from '../logs/uses-log.ts';
import type { GrantSource } from '../recordings/grant-source.ts';
import type { GrantedKeys } from '../recordings/granted-keys.ts';
import { recordingsWithIds } from '../recordings/recording-rows.ts';

/** Nobody needs longer from the row of an access to its entry. */
const SAME_WITHIN_MS = 10_000;

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
  const alone = makeKeyedLock();

  async function appendAlone({ entry, at, purpose, ids }: JournalEntry): Promise<void> {
    const known = await recordingsWithIds(database.query, ids);
    const given = known.some((one) => one.class === 'own') ? await grants(purpose, known) : null;
    await mayOpen(purpose, ids, { known, given });
    await database.query(
      'insert into access_entry (entry, at, kind, by, recordings, grant_id) values ($1, $2, $3, $4, $5, $6)',
      [entry, new Date(at), purpose.kind, purpose.by, ids, given?.grant.id ?? null],
    );
    if (given)
      await laterThanTheSame(database.query, { entry, at, by: purpose.by, grant: given.grant.id, ids });
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
  }

  return {
    append: (entry) => alone(`${entry.purpose.by} ${listDigest(entry.ids)}`, () => appendAlone(entry)),
  };
}

type JournalEntry = Parameters<JournalStorage['append']>[0];

/**
 * Entries in the log say whole seconds. Of two accesses by the same person under the same grant to the same recordings the later one
 * waits for a second of its own: in the same one their entries would be the same bytes, and vault and guardian give one job
 * nothing for an entry that another one used (VLT93). Those of another process are told by their rows.
 */
async function laterThanTheSame(
  query: Query,
  {
    entry,
    at,
    by,
    grant,
    ids,
  }: { entry: string; at: number; by: string; grant: string; ids: readonly string[] },
): Promise<void> {
  const [before] = await query<{ at: Date | null }>(
    `select max(at) as at from access_entry
     where by = $1 and grant_id = $2 and recordings @> $3 and recordings <@ $3
       and (at, entry) < ($4, $5) and at > $6`,
    [by, grant, ids, new Date(at), entry, new Date(at - SAME_WITHIN_MS)],
  );
  if (!before?.at) return;
  const now = Date.now();
  const nextSecond = 1000 * (Math.floor(now / 1000) + 1);
  await wait(Math.max(nextSecond, before.at.getTime() + 1000) - now);
}
