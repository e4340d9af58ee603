import { createHash } from 'node:crypto';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { onConnection } from '../database/one-connection.ts';
import { SERVER_ROLE } from '../database/row-walls.ts';

/** The same step of recordings that lie side by side, by their places in the build: both ends are in it. */
export type BuildSteps = { step: 'read' | 'make'; from: number; to: number };
/** One claim. A claim for each recording would cost more than what is claimed where no pictures are drawn. */
export type TakenSteps = BuildSteps & { id: string; retryCount: number };
/** Steps of one recording each. */
export type StepCounts = { waiting: number; taken: number; done: number; failed: number };

/**
 * Who does which step of which build (REL90): a queue for each build, in the schema `pgboss`. No two workers are given the same step at
 * the same time; one that is not heard of for `HEARTBEAT_SECONDS` loses its claim. It is no record: what is done is on the disk.
 */
export type BuildQueue = {
  /** Empty, whatever was in it. */
  begin(build: string): Promise<void>;
  /** Those that are in it already change nothing. */
  put(build: string, steps: readonly BuildSteps[]): Promise<void>;
  /** Null: there is none now, or no such build. */
  take(build: string): Promise<TakenSteps | null>;
  /** Says that the worker lives. */
  keep(build: string, taken: TakenSteps): Promise<void>;
  done(build: string, taken: TakenSteps): Promise<void>;
  /** The sentence is shown to who asked for the build; after the third time nobody tries again. */
  failed(build: string, taken: TakenSteps, sentence: string): Promise<void>;
  /** Gives back what dead workers had claimed. */
  reclaim(build: string): Promise<void>;
  counts(build: string): Promise<StepCounts>;
  /** Steps that failed for good. */
  troubles(build: string): Promise<(BuildSteps & { sentence: string })[]>;
  end(build: string): Promise<void>;
  close(): Promise<void>;
};

export const HEARTBEAT_SECONDS = 30;
/** Tries in all. */
export const TRIES = 3;
const SCHEMA = 'pgboss';
const SETUP_LOCK = 4_870_003;
const ASLEEP = {
  schema: SCHEMA,
  supervise: false,
  schedule: false,
  reindex: false,
  monitorVacuum: false,
} as const;

/** `onError`: of connections that break while nothing is asked; who asks is told by what it asked. */
export async function openBuildQueue(
  databaseUrl: string,
  { onError = () => undefined }: { onError?: (error: Error) => void } = {},
): Promise<BuildQueue> {
  await prepareQueue(databaseUrl);
  const boss = new PgBoss({
    ...ASLEEP,
    connectionString: databaseUrl,
    options: `-c role=${SERVER_ROLE} -c synchronous_commit=on`,
    application_name: 'aboveboard',
    max: 2,
    migrate: false,
    createSchema: false,
    monitorIntervalSeconds: 1,
    maintenanceIntervalSeconds: 60,
  });
  boss.on('error', onError);
  await boss.start();

  const rows = async <Row>(text: string, values: unknown[]) =>
    (await boss.getDb().executeSql(text, values)).rows as Row[];

  return {
    async begin(build) {
      await drop(build);
      await boss.createQueue(nameOf(build), {
        retryLimit: TRIES - 1,
        retryDelay: 0,
        heartbeatSeconds: HEARTBEAT_SECONDS,
        expireInSeconds: 6 * 3600,
      });
    },

    async put(build, steps) {
      const jobs = steps.map((one) => ({ id: idOf(build, one), data: one }));
      if (jobs.length > 0) await boss.insert(nameOf(build), jobs);
    },

    async take(build) {
      try {
        const [job] = await boss.fetch<BuildSteps>(nameOf(build), { includeMetadata: true });
        if (!job) return null;
        const { step, from, to } = job.data;
        return { step, from, to, id: job.id, retryCount: job.retryCount };
      } catch (error) {
        if ((await boss.getQueue(nameOf(build))) === null) return null;
        throw error;
      }
    },

    keep: (build, taken) => ifThere(build, () => boss.touch(nameOf(build), attempt(taken))),
    done: (build, taken) => ifThere(build, () => boss.complete(nameOf(build), attempt(taken))),
    failed: (build, taken, sentence) =>
      ifThere(build, () => boss.fail(nameOf(build), attempt(taken), { sentence })),
    reclaim: (build) => ifThere(build, () => boss.supervise(nameOf(build))),

    async counts(build) {
      const found = await rows<{ state: string; count: string }>(
        `select state::text, sum((data->>'to')::int - (data->>'from')::int + 1) as count
         from ${SCHEMA}.job where name = $1 group by 1`,
        [nameOf(build)],
      );
      const of = new Map(found.map(({ state, count }) => [state, Number(count)]));
      const sum = (...states: string[]) => states.reduce((all, state) => all + (of.get(state) ?? 0), 0);
      return {
        waiting: sum('created', 'retry'),
        taken: sum('active'),
        done: sum('completed'),
        failed: sum('failed', 'cancelled'),
      };
    },

    async troubles(build) {
      const failed = await rows<{ data: BuildSteps; output: { sentence?: string } | null }>(
        `select data, output from ${SCHEMA}.job where name = $1 and state = 'failed' order by data->>'step', (data->>'from')::int`,
        [nameOf(build)],
      );
      return failed.map(({ data, output }) => ({
        ...data,
        sentence: output?.sentence ?? 'The worker was not heard of any more.',
      }));
    },

    end: (build) => drop(build),
    close: () => boss.stop({ graceful: false }),
  };

  /** Who builds and who cancels may do it at once. */
  async function drop(build: string): Promise<void> {
    if (await boss.getQueue(nameOf(build))) await ifThere(build, () => boss.deleteQueue(nameOf(build)));
  }

  /** A build that was ended or begun anew in between has no such claim; that is no fault of who had it. */
  async function ifThere(build: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if ((await boss.getQueue(nameOf(build))) !== null) throw error;
    }
  }
}

/** The owner of the tables makes the schema; whoever works with it owns nothing (ACC30). */
async function prepareQueue(databaseUrl: string): Promise<void> {
  await onConnection(databaseUrl, async (client) => {
    await client.query('select pg_advisory_lock($1)', [SETUP_LOCK]);
    try {
      const maker = new PgBoss({ ...ASLEEP, connectionString: databaseUrl, max: 1 });
      maker.on('error', () => undefined);
      await maker.start();
      await maker.stop({ graceful: false });
      const role = pg.escapeIdentifier(SERVER_ROLE);
      await client.query(
        [
          `grant usage on schema ${SCHEMA} to ${role}`,
          `grant select, insert, update, delete on all tables in schema ${SCHEMA} to ${role}`,
          `grant usage on all sequences in schema ${SCHEMA} to ${role}`,
          `grant execute on all functions in schema ${SCHEMA} to ${role}`,
        ].join(';\n'),
      );
    } finally {
      await client.query('select pg_advisory_unlock($1)', [SETUP_LOCK]);
    }
  });
}

function nameOf(build: string): string {
  return `build-${build}`;
}

/** The same for the same step: put in twice it is there once. */
function idOf(build: string, { step, from, to }: BuildSteps): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([build, step, from, to]))
    .digest('hex');
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

function attempt({ id, retryCount }: TakenSteps) {
  return { id, retryCount };
}
