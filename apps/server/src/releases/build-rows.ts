import type { Database } from '../database/database.ts';

/** What is built, for whom, and in which folder. In a table: nothing of a recording is in it, no key and no salt. */
export type BuildWish = {
  name: string;
  version: number;
  purpose: string;
  /** Null: what a demonstration approves for itself. */
  grant: string | null;
  /** As the journal has who reads. */
  by: string;
  /** Where its processes leave what they made. Each of them sees it under this name. */
  folder: string;
  /** What draws its pictures; null: none are drawn. */
  drawnBy: string | null;
};

export const BUILD_STATES = ['working', 'paused', 'stopped', 'cancelled', 'done'] as const;
export type BuildState = (typeof BUILD_STATES)[number];
export type ReleaseBuild = {
  id: string;
  wish: BuildWish;
  state: BuildState;
  problem: string | null;
  begunOn: string;
};

/** Builds whose steps are jobs (REL90). */
export type ReleaseBuilds = {
  /** Begins, or goes on with what was paused, stopped or cancelled. `recordings`: in the order that steps number them by. */
  begin(build: { id: string; wish: BuildWish; recordings: readonly string[] }): Promise<void>;
  one(id: string): Promise<ReleaseBuild | null>;
  /** Newest first. */
  list(): Promise<ReleaseBuild[]>;
  working(): Promise<ReleaseBuild[]>;
  recordings(id: string): Promise<string[]>;
  /** `work` while no other process does its own of the same build. */
  alone<T>(id: string, work: () => Promise<T>): Promise<T>;
  /** False: it is not in one of the states `from`, and nothing was changed. */
  change(
    id: string,
    to: { state: BuildState; problem?: string; from: readonly BuildState[] },
  ): Promise<boolean>;
};

const SHOWN = 'id, wish, state, problem, begun_on as "begunOn"';
const LISTED = 200;
/** Any number that nobody else uses in this database. */
const OPENING_LOCK = 4_870_004;

export function makeReleaseBuilds({
  database,
  today,
}: {
  database: Database;
  today: () => string;
}): ReleaseBuilds {
  return {
    begin: ({ id, wish, recordings }) =>
      database.transaction(async (query) => {
        await query(
          `insert into release_build (id, wish, state, begun_on) values ($1, $2, 'working', $3)
           on conflict (id) do update set wish = excluded.wish, state = 'working', problem = null`,
          [id, JSON.stringify(wish), today()],
        );
        await query('delete from release_build_recording where build = $1', [id]);
        await query(
          `insert into release_build_recording (build, number, recording)
           select $1, place - 1, recording from unnest($2::text[]) with ordinality as of (recording, place)`,
          [id, recordings],
        );
      }),

    async one(id) {
      const [row] = await database.query<ReleaseBuild>(`select ${SHOWN} from release_build where id = $1`, [
        id,
      ]);
      return row ?? null;
    },

    list: () =>
      database.query<ReleaseBuild>(
        `select ${SHOWN} from release_build order by begun_on desc, id limit ${LISTED}`,
      ),

    working: () =>
      database.query<ReleaseBuild>(
        `select ${SHOWN} from release_build where state = 'working' order by begun_on, id`,
      ),

    async recordings(id) {
      const rows = await database.query<{ recording: string }>(
        'select recording from release_build_recording where build = $1 order by number',
        [id],
      );
      return rows.map(({ recording }) => recording);
    },

    alone: (id, work) =>
      database.transaction(async (query) => {
        await query('select pg_advisory_xact_lock($1, hashtext($2))', [OPENING_LOCK, id]);
        return work();
      }),

    change: (id, { state, problem, from }) =>
      database.transaction(async (query) => {
        const changed = await query(
          'update release_build set state = $2, problem = $3 where id = $1 and state = any($4) returning id',
          [id, state, state === 'stopped' ? (problem ?? null) : null, from],
        );
        // Which recordings are in a release the register says; of what is over this says it no more.
        if (changed.length > 0 && (state === 'done' || state === 'cancelled'))
          await query('delete from release_build_recording where build = $1', [id]);
        return changed.length > 0;
      }),
  };
}
