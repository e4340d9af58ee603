import type { MyRecording, ReleasedRecording } from '@aboveboard/protocol/installation';
import type { Manifest } from '@aboveboard/protocol/manifest';
import type { RecordingSummary } from '@aboveboard/protocol/recording-summary';
import type { Query } from '../database/database.ts';
import type { InstallationKind } from '../installation-kind.ts';
import { notFound } from '../refusal.ts';
import type { PartRow } from '../uploads/upload-rows.ts';

/** Recordings as they stand in the database: what may be known of one without opening it. */
export async function insertRecording(
  query: Query,
  upload: string,
  recording: RecordingSummary & Pick<Manifest, 'id' | 'class'>,
  rows: readonly Pick<PartRow, 'bytes'>[],
): Promise<void> {
  const [held] = await query(
    `update upload set state = 'complete' where id = $1 and state = 'open' returning id`,
    [upload],
  );
  // Forgotten or erased by another request while this one was verifying.
  if (!held) throw notFound();
  const { id, class: kind, week, card, worked, durationMilliseconds, counts, agreement } = recording;
  await query(
    `insert into recording (id, upload, class, week, card_id, card_version, worked, duration_ms,
       events, states, frames, parts, bytes, agreement)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      id,
      upload,
      kind,
      week,
      card?.id ?? null,
      card?.version ?? null,
      worked,
      durationMilliseconds,
      counts.events,
      counts.states,
      counts.frames,
      rows.length,
      rows.reduce((sum, row) => sum + row.bytes, 0),
      agreement,
    ],
  );
}

type Row = {
  id: string;
  class: Manifest['class'];
  week: string;
  card_id: string | null;
  card_version: number | null;
  worked: boolean | null;
  duration_ms: number;
  events: number;
  states: number;
  frames: number;
  parts: number;
  bytes: number;
};

export type KnownRecording = Omit<ReleasedRecording, 'class'> & { class: Manifest['class'] };

/** Imports are the operator's own files, and samples are shown by a demonstration only. */
export function isShownToResearchers(
  recording: KnownRecording,
  kind: InstallationKind,
): recording is KnownRecording & ReleasedRecording {
  return recording.class === 'own' || (recording.class === 'demonstration' && kind === 'demonstration');
}

/** In the order of their ids, which are random: no order of time shows. */
export async function listRecordings(
  query: Query,
  options: { classes: readonly Manifest['class'][]; after?: string; most: number },
): Promise<KnownRecording[]> {
  const rows = await query<Row>(
    `select id, class, week, card_id, card_version, worked, duration_ms, events, states, frames, parts, bytes
     from recording where class = any($1) and id > $2
       and not exists (select 1 from held_erasure h where h.recording = recording.id) order by id collate "C" limit $3`,
    [options.classes, options.after ?? '', options.most],
  );
  return rows.map(known);
}

export async function recordingsWithIds(query: Query, ids: readonly string[]): Promise<KnownRecording[]> {
  const rows = await query<Row>(
    `select id, class, week, card_id, card_version, worked, duration_ms, events, states, frames, parts, bytes
     from recording where id = any($1) order by id collate "C"`,
    [ids],
  );
  return rows.map(known);
}

function known(row: Row): KnownRecording {
  return {
    id: row.id,
    class: row.class,
    week: row.week,
    card: row.card_id === null ? null : { id: row.card_id, version: row.card_version ?? 0 },
    worked: row.worked,
    durationMilliseconds: row.duration_ms,
    counts: { events: row.events, states: row.states, frames: row.frames },
    parts: row.parts,
    bytes: row.bytes,
  };
}

export async function recordingsOf(query: Query, contributor: string): Promise<MyRecording[]> {
  return query<MyRecording>(
    `select u.recording as id, case when u.state = 'complete' then 'released' else 'uploading' end as state,
       coalesce(r.parts, (select count(*)::integer from part where upload = u.id)) as parts,
       coalesce(r.bytes, (select coalesce(sum(bytes), 0)::bigint from part where upload = u.id)) as bytes
     from upload u left join recording r on r.upload = u.id
     where u.contributor = $1 and u.state <> 'refused' order by u.recording collate "C"`,
    [contributor],
  );
}
