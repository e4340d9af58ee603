import type { Query } from '../database/database.ts';

/**
 * A device of hers spoke. Kept is the month, for the limit of silence (RET10) and nothing else: it goes with her last recording.
 */
export async function noteWord(query: Query, handle: string): Promise<void> {
  await query(
    `insert into last_word values ($1, date_trunc('month', now() at time zone 'utc')::date)
     on conflict (contributor) do update set spoken_in = excluded.spoken_in
       where last_word.spoken_in < excluded.spoken_in`,
    [handle],
  );
}

/** Of contributors of whom nothing is here the month is not kept either. */
export async function forgetWords(query: Query): Promise<void> {
  await query(
    `delete from last_word w where not exists (select 1 from upload u where u.contributor = w.contributor)
       and not exists (select 1 from session s where s.handle = w.contributor)`,
  );
}
