import type { Query } from '../database/database.ts';

/** Holds as they lie in the database: what was asked and what was said, to the byte, and nothing that judges it. */
export type HoldRow = {
  id: string;
  document: Uint8Array;
  /** `2026-11-22`. */
  askedOn: string;
  notes: Uint8Array[];
  /** Where the entry `hold` stands in the log of uses; null: there is none, and nothing is held (HLD21). */
  entry: number | null;
};

const SELECT = `select h.id, h.document, h.asked_on as "askedOn", l.index::integer as entry,
    coalesce((select array_agg(n.note order by n.position) from legal_hold_note n where n.hold_id = h.id), '{}') as notes
  from legal_hold h left join log_entry l on l.log = 'uses' and l.key = 'hold:' || h.id`;
/** Newest first; more than these nobody looks through, and none of them lasts longer than 92 days. */
const MOST = 200;

export async function insertHold(
  query: Query,
  row: Pick<HoldRow, 'id' | 'document' | 'askedOn'>,
): Promise<void> {
  await query('insert into legal_hold (id, document, asked_on) values ($1, $2, $3)', [
    row.id,
    row.document,
    row.askedOn,
  ]);
}

/** The same note again changes nothing. */
export async function insertHoldNote(query: Query, hold: string, note: Uint8Array): Promise<void> {
  await query(
    'insert into legal_hold_note (hold_id, sha256, note) values ($1, sha256($2), $2) on conflict do nothing',
    [hold, note],
  );
}

export async function holdWithId(query: Query, id: string): Promise<HoldRow | null> {
  const [row] = await query<HoldRow>(`${SELECT} where h.id = $1`, [id]);
  return row ?? null;
}

export async function allHolds(query: Query): Promise<HoldRow[]> {
  return query<HoldRow>(`${SELECT} order by h.position desc limit ${MOST}`);
}

/** Those that may hold: entered in the log, and asked within the longest time that one can last. */
export async function enteredHolds(query: Query): Promise<HoldRow[]> {
  return query<HoldRow>(`${SELECT} where l.index is not null and h.asked_on > current_date - 120`);
}

export async function countHoldsAskedSince(query: Query, day: string): Promise<number> {
  const [row] = await query<{ count: number }>(
    'select count(*)::integer as count from legal_hold where asked_on >= $1',
    [day],
  );
  return row?.count ?? 0;
}
