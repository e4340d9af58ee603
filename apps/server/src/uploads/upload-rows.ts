import type { Fault } from '@aboveboard/protocol/fault';
import type { UploadAnnouncement } from '@aboveboard/protocol/upload';
import type { Query } from '../database/database.ts';

/** Uploads and their parts as they stand in the database. */
export type UploadRow = {
  id: string;
  contributor: string;
  recording: string;
  announcement: Buffer;
  state: 'open' | 'refused' | 'complete';
  faults: Fault[] | null;
};

export type PartRow = {
  index: number;
  kind: UploadAnnouncement['parts'][number]['kind'];
  bytes: number;
  sha256: string;
  received: boolean;
};

const COLUMNS = 'id, contributor, recording, announcement, state, faults';

export async function uploadOf(query: Query, contributor: string, id: string): Promise<UploadRow | null> {
  const rows = await query<UploadRow>(`select ${COLUMNS} from upload where id = $1 and contributor = $2`, [
    id,
    contributor,
  ]);
  return rows[0] ?? null;
}

export async function uploadOfRecording(
  query: Query,
  contributor: string,
  recording: string,
): Promise<UploadRow | null> {
  const rows = await query<UploadRow>(
    `select ${COLUMNS} from upload where contributor = $1 and recording = $2`,
    [contributor, recording],
  );
  return rows[0] ?? null;
}

export async function partsOf(query: Query, upload: string): Promise<PartRow[]> {
  return query<PartRow>(
    `select index, kind, bytes, encode(sha256, 'hex') as sha256, received from part where upload = $1 order by index`,
    [upload],
  );
}

export async function insertUpload(
  query: Query,
  upload: Pick<UploadRow, 'id' | 'contributor' | 'recording' | 'announcement'>,
  parts: UploadAnnouncement['parts'],
): Promise<void> {
  await query(
    `insert into upload (id, contributor, recording, announcement, state, touched_on)
     values ($1, $2, $3, $4, 'open', current_date)`,
    [upload.id, upload.contributor, upload.recording, upload.announcement],
  );
  await query(
    `insert into part (upload, index, kind, bytes, sha256)
     select $1, row.index - 1, row.kind, row.bytes, decode(row.sha256, 'hex')
     from unnest($2::text[], $3::integer[], $4::text[]) with ordinality as row (kind, bytes, sha256, index)`,
    [
      upload.id,
      parts.map((part) => part.kind),
      parts.map((part) => part.bytes),
      parts.map((part) => part.sha256),
    ],
  );
}

/** Somebody goes on with it today. */
export async function touch(query: Query, id: string): Promise<void> {
  await query('update upload set touched_on = current_date where id = $1 and touched_on < current_date', [
    id,
  ]);
}

export type Receipt = { upload: string; index: number };

/** Those of `receipts` whose upload is still there and open; the others were deleted meanwhile. */
export async function markReceived(query: Query, receipts: readonly Receipt[]): Promise<Set<string>> {
  const rows = await query<Receipt>(
    `update part set received = true
     from unnest($1::text[], $2::integer[]) as row (upload, index)
     where part.upload = row.upload and part.index = row.index
     returning part.upload, part.index`,
    [receipts.map((receipt) => receipt.upload), receipts.map((receipt) => receipt.index)],
  );
  return new Set(rows.map(receiptKey));
}

export function receiptKey({ upload, index }: Receipt): string {
  return `${upload}/${index}`;
}

/** Ends an upload whose bytes were verified and refused: what stays is why. */
export async function refuseUpload(query: Query, id: string, faults: readonly Fault[]): Promise<void> {
  await discardParts(query, [id]);
  await query(`update upload set state = 'refused', faults = $2 where id = $1`, [id, JSON.stringify(faults)]);
}

/** Removes an upload with its parts; the bytes become garbage, to be looked at again after the commit. */
export async function deleteUpload(query: Query, id: string): Promise<void> {
  await deleteUploads(query, [id]);
}

export async function deleteUploads(query: Query, ids: readonly string[]): Promise<void> {
  await discardParts(query, ids);
  await query('delete from upload where id = any($1)', [ids]);
}

async function discardParts(query: Query, ids: readonly string[]): Promise<void> {
  await query(
    `insert into garbage select distinct sha256 from part where upload = any($1) and received
     on conflict do nothing`,
    [ids],
  );
  await query('delete from part where upload = any($1)', [ids]);
}
