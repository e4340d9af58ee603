import { dailyBatch } from '@aboveboard/consent/daily-batch';
import { commitmentEntry } from '@aboveboard/consent/uses-entry';
import type { Database } from '../database/database.ts';
import { Refusal } from '../refusal.ts';
import type { InstallationLog } from './installation-log.ts';

/**
 * What contributors' devices committed to, on its way into *uses* (spec/log-service.md, LGS42; T2): kept
 * without handle and time, and entered once a day, among dummies and in no order, so that neither a count nor
 * an empty day tells anything.
 */
export type CommitmentBatch = {
  /** Durable when it resolves. The same commitment twice is one: a second would tell that it is no dummy. */
  add(commitments: readonly Uint8Array[]): Promise<void>;
  /** Enters the day's batch unless it was; finishes what a kill cut. Gives how many entries the log took. */
  enterDue(): Promise<number>;
};

/** So that a batch leaves room for others among what waits for the log. */
const AT_ONCE = 32;

export function makeCommitmentBatch(parts: {
  database: Database;
  log: Pick<InstallationLog, 'append'>;
  random: (length: number) => Uint8Array;
  /** More than so many that wait are refused. */
  most: number;
}): CommitmentBatch {
  const { database, log, random, most } = parts;

  /** Makes the day's batch of what waits, once a day; durable with its order before anything of it is entered. */
  async function begin(): Promise<void> {
    await database.transaction(async (query) => {
      const [due] = await query(
        `insert into commitment_batch values (true, current_date)
         on conflict (single) do update set day = excluded.day where commitment_batch.day < excluded.day
         returning day`,
      );
      if (!due) return;
      const taken = await query<{ commitment: Buffer }>(
        'delete from pending_commitment returning commitment',
      );
      const batch = dailyBatch(
        taken.map(({ commitment }) => commitment),
        random,
      );
      await query(
        `insert into batched_entry (position, entry, key)
         select given.nth - 1, given.entry, given.key
         from unnest($1::bytea[], $2::text[]) with ordinality as given (entry, key, nth)`,
        [batch.map((entry) => Buffer.from(entry)), batch.map(() => Buffer.from(random(16)).toString('hex'))],
      );
    });
  }

  /** Under the keys that they were given, so that what a kill cut off is entered once. */
  async function finish(): Promise<number> {
    const rows = await database.query<{ entry: Buffer; key: string }>(
      'select entry, key from batched_entry order by position',
    );
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      await Promise.all(rows.slice(at, at + AT_ONCE).map(({ entry, key }) => log.append(entry, key)));
    }
    await database.query('delete from batched_entry where key = any($1)', [rows.map(({ key }) => key)]);
    return rows.length;
  }

  return {
    async add(commitments) {
      const [row] = await database.query<{ n: number }>('select count(*) as n from pending_commitment');
      if ((row?.n ?? 0) + commitments.length > most) {
        throw new Refusal('unavailable', 'Too much waits for the log; try again tomorrow.', {
          retryAfter: 3600,
        });
      }
      await database.query(
        `insert into pending_commitment (commitment)
         select given.commitment from unnest($1::bytea[], $2::bytea[]) as given (commitment, entry)
         where not exists (select 1 from log_entry
                           where octet_length(log_entry.entry) = 33 and log_entry.entry = given.entry)
           and not exists (select 1 from batched_entry where batched_entry.entry = given.entry)
         on conflict do nothing`,
        [
          commitments.map((one) => Buffer.from(one)),
          commitments.map((one) => Buffer.from(commitmentEntry(one))),
        ],
      );
    },

    async enterDue() {
      const before = await finish();
      await begin();
      return before + (await finish());
    },
  };
}
