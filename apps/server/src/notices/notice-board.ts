import { randomBytes } from 'node:crypto';
import type { BreachNotice, NoticeBoards, NoticedReading } from '@aboveboard/protocol/notices';
import { NOTICE_BLOCK_BYTES, sealNotice } from '@aboveboard/vault/notice-block';
import type { Database, Query } from '../database/database.ts';
import type { JournalRow } from '../recordings/breach-audit.ts';

/**
 * Notices as they lie here (spec/breach.md, BRE10-BRE14): sealed, padded with dummies, in an order that says nothing. Nothing tells
 * afterwards for whom one is, nor how many are for anybody.
 */
export async function postNotices(
  database: Database,
  given: { rows: readonly JournalRow[]; from: string; to: string },
): Promise<{ board: string | null; contributors: number | null }> {
  const { rows, from, to } = given;
  const owners = await ownersOf(database.query, [...new Set(rows.flatMap(({ recordings }) => recordings))]);
  const readings = new Map<string, NoticedReading[]>();
  for (const row of rows.toSorted((a, b) => b.at - a.at)) {
    for (const [handle, recordings] of Map.groupBy(row.recordings, (id) => owners.get(id) ?? '')) {
      if (handle === '') continue;
      const one = { day: dayOf(row.at), by: row.by.split(':')[0] ?? '', kind: row.kind, grant: row.grant };
      const hers = readings.get(handle) ?? [];
      hers.push({ ...one, recordings, entry: row.index });
      readings.set(handle, hers);
    }
  }
  const sessions = await database.query<{ handle: string; hash: Buffer }>(
    `select handle, hash from session where role = 'contributor' and expires_on > current_date and handle = any($1)`,
    [[...readings.keys()]],
  );
  const reached = new Set(sessions.map(({ handle }) => handle)).size;
  if (reached === 0) return { board: null, contributors: null };
  const by = { random: (length: number) => new Uint8Array(randomBytes(length)), subtle: crypto.subtle };
  const blocks: Uint8Array[] = [];
  for (const { handle, hash } of sessions) {
    blocks.push(await sealNotice(hash, fitting({ from, to, readings: readings.get(handle) ?? [] }), by));
  }
  let size = LEAST_BLOCKS;
  while (size <= blocks.length) size *= 2;
  while (blocks.length < size) blocks.push(by.random(NOTICE_BLOCK_BYTES));
  const board = randomBytes(16).toString('hex');
  await database.query(
    `with left_here as (insert into notice_board (board) values ($1))
     insert into notice_block (board, place, block)
     select $1, place - 1, block from unnest($2::bytea[]) with ordinality as made (block, place)`,
    // By their first bytes, which are random: whose was made first does not show.
    [board, blocks.map((block) => Buffer.from(block)).sort(Buffer.compare)],
  );
  return { board, contributors: reached < FEW ? null : reached - (reached % FEW) };
}

const LEAST_BLOCKS = 64;
const FEW = 10;

/** As many readings as find room, the newest first. */
function fitting(about: { from: string; to: string; readings: NoticedReading[] }): string {
  const room = NOTICE_BLOCK_BYTES - 64;
  for (let count = about.readings.length; ; count--) {
    const notice: BreachNotice = {
      notice: 'breach',
      ...about,
      readings: about.readings.slice(0, count),
      more: about.readings.length - count,
    };
    const text = JSON.stringify(notice);
    if (Buffer.byteLength(text) <= room || count === 0) return text;
  }
}

async function ownersOf(query: Query, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await query<{ recording: string; contributor: string }>(
    'select recording, contributor from upload where recording = any($1)',
    [ids],
  );
  return new Map(rows.map(({ recording, contributor }) => [recording, contributor]));
}

export async function noticeBoards(query: Query): Promise<NoticeBoards> {
  const boards = await query<{ id: string; blocks: number }>(
    'select board as id, count(*)::integer as blocks from notice_block group by board order by board',
  );
  return { boards };
}

/** Null: there is no such board. */
export async function noticeBoard(query: Query, board: string): Promise<Uint8Array | null> {
  const rows = await query<{ block: Buffer }>(
    'select block from notice_block where board = $1 order by place',
    [board],
  );
  return rows.length === 0 ? null : Buffer.concat(rows.map(({ block }) => block));
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** A recorder came for it, whosever it is (BRE17). */
export async function noteFetched(query: Query, board: string): Promise<void> {
  await query('update notice_board set fetched = true where board = $1 and not fetched', [board]);
}

/** Has one lain here for more than two days without any recorder having come? Milliseconds since the epoch as `now`. */
export async function isOneUnfetched(query: Query, now: number): Promise<boolean> {
  const rows = await query(
    `select 1 from notice_board where not fetched
       and left_on < (to_timestamp($1::double precision / 1000) at time zone 'utc')::date - 2 limit 1`,
    [now],
  );
  return rows.length > 0;
}

export async function isAnyLeft(query: Query): Promise<boolean> {
  return (await query('select 1 from notice_board limit 1')).length > 0;
}
