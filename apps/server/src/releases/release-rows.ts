import type { Query } from '../database/database.ts';

/** Releases, holders and models as they lie in the database. Each statement that joins recordings is here or in own-lineage.ts (LIN3). */
export type ReleaseRow = {
  release: string;
  name: string;
  version: number;
  purpose: string;
  builtOn: string;
  supersededOn: string | null;
};
export type HolderRow = {
  release: string;
  account: string;
  toldOn: string | null;
  said: 'deleted' | 'not-yet' | null;
  saidOn: string | null;
};
export type ModelRow = {
  id: string;
  name: string;
  account: string;
  purpose: string;
  enteredOn: string;
  releases: string[];
};

const RELEASE = `release, name, version, purpose, built_on as "builtOn", superseded_on as "supersededOn"`;
const HOLDER = 'release, account, told_on as "toldOn", said, said_on as "saidOn"';
/** More than these nobody looks through at once. */
const MOST = 500;

export type EnteredRelease = Omit<ReleaseRow, 'supersededOn'> & {
  grant: string | null;
  recordings: readonly string[];
};

/** False: it is there already. Recordings of it that were erased meanwhile supersede it as it enters (LIN4). */
export async function insertRelease(query: Query, entered: EnteredRelease): Promise<boolean> {
  const { release, name, version, purpose, grant, builtOn, recordings } = entered;
  const there = await query(
    `insert into dataset_release (release, name, version, purpose, grant_id, built_on)
     values ($1, $2, $3, $4, $5, $6) on conflict (release) do nothing returning release`,
    [release, name, version, purpose, grant, builtOn],
  );
  if (there.length === 0) return false;
  // Whoever erases one of them waits for this, or is waited for.
  await query(
    'select 1 from recording r join upload u on u.id = r.upload where r.id = any($1) order by u.id for share of u',
    [recordings],
  );
  await query('insert into release_recording (release, recording) select $1, unnest($2::text[])', [
    release,
    recordings,
  ]);
  await query(
    `update dataset_release set superseded_on = $2 where release = $1 and exists (
       select 1 from erasure where recording = any($3))`,
    [release, builtOn, recordings],
  );
  return true;
}

/** What one of two releases had and the other has not, and whether the other has what was erased; null: one is not here. */
export async function betweenReleases(
  query: Query,
  before: string,
  after: string,
): Promise<{ gone: string[]; erased: boolean } | null> {
  if ((await releasesWith(query, [before, after])).length < 2) return null;
  const gone = await query<{ recording: string }>(
    `select recording from release_recording where release = $1
     except select recording from release_recording where release = $2 order by recording`,
    [before, after],
  );
  const erased = await query(
    'select 1 from release_recording l join erasure e on e.recording = l.recording where l.release = $1 limit 1',
    [after],
  );
  return { gone: gone.map(({ recording }) => recording), erased: erased.length > 0 };
}

export async function releasesWith(query: Query, releases: readonly string[]): Promise<ReleaseRow[]> {
  return query<ReleaseRow>(`select ${RELEASE} from dataset_release where release = any($1)`, [releases]);
}

/** Newest first; null: whoever holds them. */
export async function releasesOf(query: Query, accounts: readonly string[] | null): Promise<ReleaseRow[]> {
  return query<ReleaseRow>(
    `select ${RELEASE} from dataset_release d where $1::text[] is null or exists (
       select 1 from release_holder h where h.release = d.release and h.account = any($1))
     order by built_on desc, name, version desc limit ${MOST}`,
    [accounts],
  );
}

/** She has it from now on; of a superseded one she is told at once. */
export async function insertHolder(
  query: Query,
  { release, account, day }: { release: string; account: string; day: string },
): Promise<void> {
  await query(
    `insert into release_holder (release, account, told_on)
     select release, $2, case when announced then $3::date end from dataset_release where release = $1
     on conflict do nothing`,
    [release, account, day],
  );
}

export async function holdersOf(query: Query, releases: readonly string[]): Promise<HolderRow[]> {
  return query<HolderRow>(
    `select ${HOLDER} from release_holder where release = any($1) order by release, account`,
    [releases],
  );
}

/** Null: she was not told, or has said before that it is deleted. */
export async function answerHolder(
  query: Query,
  answer: { release: string; account: string; said: 'deleted' | 'not-yet'; day: string },
): Promise<HolderRow | null> {
  const [row] = await query<HolderRow>(
    `update release_holder set said = $3, said_on = $4 where release = $1 and account = $2
     and told_on is not null and said is distinct from 'deleted' returning ${HOLDER}`,
    [answer.release, answer.account, answer.said, answer.day],
  );
  return row ?? null;
}

/** False: she has one of that name. */
export async function insertModel(query: Query, model: ModelRow): Promise<boolean> {
  const { id, name, account, purpose, enteredOn, releases } = model;
  const there = await query(
    `insert into trained_model (id, name, account, purpose, entered_on) values ($1, $2, $3, $4, $5)
     on conflict (account, name) do nothing returning id`,
    [id, name, account, purpose, enteredOn],
  );
  if (there.length === 0) return false;
  await query('insert into model_release (model, release) select $1, unnest($2::text[])', [id, releases]);
  return true;
}

const MODEL = `select m.id, m.name, m.account, m.purpose, m.entered_on as "enteredOn",
    array(select r.release from model_release r where r.model = m.id order by r.release) as releases
  from trained_model m`;

/** Newest first; null: everybody's. */
export async function modelsOf(query: Query, accounts: readonly string[] | null): Promise<ModelRow[]> {
  return query<ModelRow>(
    `${MODEL} where $1::text[] is null or m.account = any($1) order by m.position desc limit ${MOST}`,
    [accounts],
  );
}

export async function modelNamed(query: Query, account: string, name: string): Promise<ModelRow | null> {
  const [row] = await query<ModelRow>(`${MODEL} where m.account = $1 and m.name = $2`, [account, name]);
  return row ?? null;
}

export async function countModelsSince(query: Query, account: string, day: string): Promise<number> {
  const [row] = await query<{ count: number }>(
    'select count(*)::integer as count from trained_model where account = $1 and entered_on >= $2',
    [account, day],
  );
  return row?.count ?? 0;
}
