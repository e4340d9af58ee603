import { randomInt } from 'node:crypto';
import { LEAST_COUNT } from '@aboveboard/consent/agreement';
import type { Database, Query } from '../database/database.ts';

/**
 * Between a superseded release and the next one, people are missing: those who withdrew, and others who were drawn by lot, so that
 * who compares the two finds ten people gone at least and not one (LIN30-LIN34). A batch closes on the first of a month.
 */
export type Takeable =
  | { waitsUntil: null; recordings: string[] }
  /** A batch that these are in closes on this day; nothing is built of them before. */
  | { waitsUntil: string; recordings: null };

/** The first of the month after. */
export function closingDay(day: string): string {
  const [year = 0, month = 0] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}

/** In the transaction that marks a release: its batch, if none of it is open. */
export async function openBatches(
  query: Query,
  { releases, day }: { releases: readonly string[]; day: string },
): Promise<void> {
  // One of this day that is closed is a demonstration's, where batches do not wait.
  await query(
    `insert into withdrawal_batch (release, closes_on) select unnest($1::text[]), $2
     on conflict (release, closes_on) do update set closed = false`,
    [releases, closingDay(day)],
  );
}

/** Closes what is due, then says which of these a build may take. `atOnce`: in a demonstration no batch waits. */
export async function takeable(
  database: Pick<Database, 'transaction'>,
  asked: { recordings: readonly string[]; today: string; atOnce: boolean; draw?: (below: number) => number },
): Promise<Takeable> {
  const { recordings, today, atOnce, draw = randomInt } = asked;
  return database.transaction(async (query) => {
    await query('lock table withdrawal_batch in exclusive mode');
    const due = await query<{ release: string }>(
      'select distinct release from withdrawal_batch where not closed and ($2 or closes_on <= $1) order by release',
      [today, atOnce],
    );
    if (due.length > 0) {
      const releases = due.map(({ release }) => release);
      await leaveOut(query, await drawn(query, releases, draw));
      await query(
        'update withdrawal_batch set closed = true where not closed and release = any($1) and ($3 or closes_on <= $2)',
        [releases, today, atOnce],
      );
    }
    const [open] = await query<{ until: string | null }>(
      `select min(b.closes_on) as until from withdrawal_batch b where not b.closed and exists (
         select 1 from release_recording l where l.release = b.release and l.recording = any($1))`,
      [recordings],
    );
    if (open?.until) return { waitsUntil: open.until, recordings: null };
    const out = await query<{ recording: string }>(
      `select recording from left_out_recording where recording = any($1)
       union select recording from erasure where recording = any($1)`,
      [recordings],
    );
    const gone = new Set(out.map(({ recording }) => recording));
    return { waitsUntil: null, recordings: recordings.filter((id) => !gone.has(id)) };
  });
}

/** Who was drawn for one of these releases counts for the others that she is in: no more are drawn than are needed. */
async function drawn(
  query: Query,
  releases: readonly string[],
  draw: (below: number) => number,
): Promise<string[]> {
  const rows = await query<{ release: string; contributor: string; recording: string }>(
    `select l.release, u.contributor, l.recording from release_recording l
     join recording r on r.id = l.recording join upload u on u.id = r.upload
     where l.release = any($1) and not exists (select 1 from left_out_recording o where o.recording = l.recording)
     order by l.release, u.contributor, l.recording`,
    [releases],
  );
  const people = new Set<string>();
  for (const release of releases) {
    const here = [
      ...new Set(rows.filter((row) => row.release === release).map(({ contributor }) => contributor)),
    ];
    const rest = here.filter((one) => !people.has(one));
    let missing = LEAST_COUNT - 1 - (here.length - rest.length);
    for (; missing > 0 && rest.length > 0; missing--) {
      const [one] = rest.splice(draw(rest.length), 1);
      people.add(one as string);
    }
  }
  return rows.filter(({ contributor }) => people.has(contributor)).map(({ recording }) => recording);
}

async function leaveOut(query: Query, recordings: readonly string[]): Promise<void> {
  await query('insert into left_out_recording select distinct unnest($1::text[]) on conflict do nothing', [
    recordings,
  ]);
}

/** What waits: of releases, never of people. */
export type WaitingWithdrawal = {
  name: string;
  version: number;
  release: string;
  supersededOn: string;
  /** From this day on the next may be built; null: it may be built now. */
  closesOn: string | null;
};

export async function waitingWithdrawals(query: Query): Promise<WaitingWithdrawal[]> {
  return query<WaitingWithdrawal>(
    `select d.name, d.version, d.release, d.superseded_on as "supersededOn",
       (select min(closes_on) from withdrawal_batch b where b.release = d.release and not b.closed) as "closesOn"
     from dataset_release d where d.superseded_on is not null order by d.name, d.version`,
  );
}
