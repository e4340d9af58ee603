import { createHash } from 'node:crypto';
import type { Database } from '../database/database.ts';
import type { Told } from './due-reminder.ts';
import type { Reminded } from './reminder-config.ts';
import type { MailOutcome } from './smtp-relay.ts';

type Query = Database['query'];
export type ReminderRow = {
  party: Reminded;
  address: Uint8Array;
  /** YYYY-MM-DD of the last try. */
  on: string;
  outcome: MailOutcome | 'claimed';
};

const MOST_TRIES = 3;

/** Of an address the database has this. */
export function addressDigest(party: Reminded, address: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`${party}\n${address}`).digest());
}

export async function lastTold(query: Query, party: Reminded, address: Uint8Array): Promise<Told | null> {
  const [row] = await query<{ on: string; of: Uint8Array }>(
    `select to_char(told_on, 'YYYY-MM-DD') as "on", told_of as "of" from reminder
     where party = $1 and address = $2 and told_on is not null`,
    [party, address],
  );
  return row ?? null;
}

/**
 * Whether this caller, and no other, may mail the address on this day (CTL35, CTL38). A mail of which it is known that the relay does not
 * have it may be tried again, three times in all; a claim that nobody finished may not.
 */
export async function claimDay(
  query: Query,
  party: Reminded,
  address: Uint8Array,
  day: string,
): Promise<boolean> {
  const claimed = await query(
    `insert into reminder (party, address, on_day, outcome) values ($1, $2, $3, 'claimed')
     on conflict (party, address) do update
     set on_day = excluded.on_day, outcome = 'claimed',
       tries = case when reminder.on_day = excluded.on_day then reminder.tries + 1 else 1 end
     where reminder.on_day <> excluded.on_day
       or (reminder.tries < ${MOST_TRIES} and reminder.outcome not in ('claimed', 'sent', 'unsure'))
     returning party`,
    [party, address, day],
  );
  return claimed.length > 0;
}

/** `of`: the digest of what waits, where it went. */
export async function noteOutcome(
  query: Query,
  claim: { party: Reminded; address: Uint8Array; day: string },
  outcome: MailOutcome,
  of: Uint8Array,
): Promise<void> {
  const { party, address, day } = claim;
  const went = outcome === 'sent';
  await query(
    `update reminder set outcome = $4, told_on = case when $5 then $3::date else told_on end,
       told_of = case when $5 then $6 else told_of end
     where party = $1 and address = $2 and on_day = $3`,
    [party, address, day, outcome, went, of],
  );
}

export function reminderRows(query: Query): Promise<ReminderRow[]> {
  return query<ReminderRow>(
    `select party, address, to_char(on_day, 'YYYY-MM-DD') as "on", outcome from reminder`,
    [],
  );
}

/** Of addresses that the operator took out nothing stays but the day's claim: a file that is away for a moment makes no second mail. */
export async function forgetOthers(query: Query, kept: readonly Uint8Array[], day: string): Promise<void> {
  await query('delete from reminder where on_day <> $2 and not (address = any($1::bytea[]))', [kept, day]);
}

/** YYYY-MM-DD by UTC and the database's clock, which all servers share. */
export async function dayOfDatabase(query: Query): Promise<string> {
  const [row] = await query<{ day: string }>(
    "select to_char(now() at time zone 'utc', 'YYYY-MM-DD') as day",
    [],
  );
  if (!row) throw new Error('the database does not say its day');
  return row.day;
}
