import type { Database, Query } from '../database/database.ts';
import type { UsesLog } from '../logs/uses-log.ts';
import { openBatches } from './withdrawal-batch.ts';

/**
 * Marks every release that holds one of these as superseded, and says whose page shows it (LIN10). Run in the transaction
 * that erases the rows, before them: there is no erasure without the mark, wherever a kill comes.
 */
export async function markSuperseded(
  query: Query,
  { recordings, day }: { recordings: readonly string[]; day: string },
): Promise<void> {
  const found = await query<{ release: string }>(
    'select distinct release from release_recording where recording = any($1) order by release',
    [recordings],
  );
  if (found.length === 0) return;
  const releases = found.map(({ release }) => release);
  // Who took everything back with the paper code has no page any more, and nothing of hers stays.
  await query(
    `insert into withdrawn_from (contributor, release)
     select distinct u.contributor, l.release from release_recording l
     join recording r on r.id = l.recording join upload u on u.id = r.upload
     where l.recording = any($1)
       and not exists (select 1 from contributor c where c.handle = u.contributor and c.erased)
     on conflict do nothing`,
    [recordings],
  );
  await query(
    'update dataset_release set superseded_on = $2 where release = any($1) and superseded_on is null',
    [releases, day],
  );
  await openBatches(query, { releases, day });
}

/**
 * Says of each release that is superseded that it is: in the log of uses, then to who holds it (LIN11). What a kill leaves is done at
 * the next start; the log has each entry once. How many are announced.
 */
export async function announceSuperseded(parts: {
  database: Pick<Database, 'query' | 'transaction'>;
  uses: UsesLog;
  day: () => string;
}): Promise<number> {
  const { database, uses, day } = parts;
  const waiting = await database.query<{ release: string; name: string; version: number }>(
    `select release, name, version from dataset_release where superseded_on is not null and not announced
     order by release`,
  );
  for (const { release, name, version } of waiting) {
    await uses.record(
      { role: 'system', account: null },
      { kind: 'dataset-withdrawn', dataset: name, version, manifest: release },
      `dataset-withdrawn:${release}`,
    );
    await database.transaction(async (query) => {
      await query('update dataset_release set announced = true where release = $1', [release]);
      await query('update release_holder set told_on = $2 where release = $1 and told_on is null', [
        release,
        day(),
      ]);
    });
  }
  return waiting.length;
}
