import type { MyAccesses } from '@aboveboard/protocol/grants';
import type { Query } from '../database/database.ts';

const DAYS = 30;
const MOST = 10_000;

/**
 * Who read what is hers (T13; ACC17). `query` is of a transaction of hers (`asContributor`): which recordings those are
 * is found there and nowhere else. Of a reading of many only hers are named.
 */
export async function ownAccesses(query: Query, handle: string): Promise<MyAccesses> {
  const accesses = await query<MyAccesses['accesses'][number]>(
    `with hers as (select coalesce(array_agg(recording), '{}') as ids from upload where contributor = $1)
     select a.at::date as day, a.kind, split_part(a.by, ':', 1) as by, a.grant_id as grant, l.index as entry,
       array(select unnest(a.recordings) intersect select unnest(hers.ids) order by 1) as recordings
     from hers, access_entry a left join log_entry l on l.log = 'uses' and l.key = a.entry
     where a.recordings && hers.ids order by a.position desc limit ${MOST}`,
    [handle],
  );
  const days = await query<{ day: string }>(
    `select d::date as day from generate_series(current_date - ${DAYS - 1}, current_date, interval '1 day') d`,
  );
  return {
    accesses,
    days: days.map(({ day }) => ({ day, readings: accesses.filter((one) => one.day === day).length })),
  };
}
