import type { Query } from '../database/database.ts';

/** Grants as they lie in the database: what was asked and what was said, to the byte, and nothing that judges it. */
export type GrantRow = {
  id: string;
  asker: string;
  document: Uint8Array;
  /** `2026-11-22`. */
  askedOn: string;
  withdrawn: boolean;
  notes: Uint8Array[];
};

const SELECT = `select g.id, g.asker, g.document, g.asked_on as "askedOn",
    exists (select 1 from grant_withdrawal w where w.grant_id = g.id) as withdrawn,
    coalesce((select array_agg(n.note order by n.position) from grant_note n where n.grant_id = g.id), '{}') as notes
  from access_grant g`;
/** Newest first; more than these nobody looks through. */
const MOST = 200;

export async function insertGrant(
  query: Query,
  row: Pick<GrantRow, 'id' | 'asker' | 'document' | 'askedOn'>,
): Promise<void> {
  await query('insert into access_grant (id, asker, document, asked_on) values ($1, $2, $3, $4)', [
    row.id,
    row.asker,
    row.document,
    row.askedOn,
  ]);
}

/** The same note again changes nothing. */
export async function insertNote(query: Query, grant: string, note: Uint8Array): Promise<void> {
  await query(
    `insert into grant_note (grant_id, sha256, note) values ($1, sha256($2), $2)
     on conflict do nothing`,
    [grant, note],
  );
}

export async function insertWithdrawal(query: Query, grant: string): Promise<void> {
  await query('insert into grant_withdrawal values ($1) on conflict do nothing', [grant]);
}

/** `asker` null: anybody's. Another's is not read at all, so that it costs what an absent one does. */
export async function grantWithId(query: Query, id: string, asker: string | null): Promise<GrantRow | null> {
  const [row] = await query<GrantRow>(`${SELECT} where g.id = $1 and ($2::text is null or g.asker = $2)`, [
    id,
    asker,
  ]);
  return row ?? null;
}

/** `asker` null: everybody's. */
export async function grantsOf(query: Query, asker: string | null): Promise<GrantRow[]> {
  return query<GrantRow>(
    `${SELECT} where $1::text is null or g.asker = $1 order by g.position desc limit ${MOST}`,
    [asker],
  );
}

/** So that nobody fills what the parties look through. */
export async function countAskedSince(query: Query, asker: string, day: string): Promise<number> {
  const [row] = await query<{ count: number }>(
    'select count(*)::bigint as count from access_grant where asker = $1 and asked_on >= $2',
    [asker, day],
  );
  return row?.count ?? 0;
}
