import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '@aboveboard/server/database/migrate';
import { raiseWalls } from '@aboveboard/server/database/row-walls';
import { exportRelease } from '../apps/cli/src/release-export.ts';
import { startPostgres } from '../apps/server/test/postgres.ts';
import { duckdbFigures } from './release/duckdb.ts';
import { DOINGS, writeTasks } from './release/made-up-tasks.ts';
import type { Measured, Target } from './report.ts';

// A release at the level `release` of sealed recordings on a disk, without pictures, by one process and by two that share it over a queue in
// PostgreSQL; then its tables in DuckDB.
export const targets: Target[] = [
  { metric: 'tasks built', op: '>=', value: 300, unit: 'tasks/s' },
  { metric: 'memory of one process', op: '<=', value: 400, unit: 'MB' },
  { metric: 'one filter over the steps in DuckDB', op: '<=', value: 300, unit: 'ms' },
  { metric: 'bytes a step, without pictures', op: '<=', value: 40_960, unit: 'B' },
];

const TASKS = 1_000;
/** So that there are 100,000 steps to filter. */
const MORE = 3_400;
const PEOPLE = 100;

type Built = {
  seconds: number;
  processor: number;
  megabytes: number;
  tasks: number;
  steps: number;
  bytes: number;
  digest: string;
};
type Shared = Pick<Built, 'seconds' | 'processor' | 'megabytes' | 'tasks' | 'digest'>;

export async function run(): Promise<Measured> {
  const work = mkdtempSync(join(tmpdir(), 'aboveboard-bench-'));
  try {
    const sealed = await writeTasks(join(work, 'tasks'), TASKS, PEOPLE);
    // The median of three: the first finds cold files.
    const rounds = [1, 2, 3].map((round) => built(join(work, 'tasks'), join(work, `out-${round}`)));
    const one = rounds.sort((a, b) => a.seconds - b.seconds)[1] as Built;
    await writeTasks(join(work, 'more'), MORE, PEOPLE);
    const more = built(join(work, 'more'), join(work, 'release'));
    const { two, twoOfMore } = await sharedOf(work);
    if (two.digest !== one.digest || twoOfMore.digest !== more.digest)
      throw new Error('two processes made another release');
    const shards = filesOf(join(work, 'floor'), 2 * TASKS, one.bytes / TASKS / 2);
    await exportTables(join(work, 'release'), join(work, 'tables'));
    const duckdb = await duckdbFigures(join(work, 'tables'), join(work, 'duckdb'));
    return {
      metrics: {
        'tasks built': two.tasks / two.seconds,
        'tasks built, of more': twoOfMore.tasks / twoOfMore.seconds,
        'cores busy (of two)': twoOfMore.processor / twoOfMore.seconds,
        'tasks built by one process': one.tasks / one.seconds,
        'tasks built by one process, of more': more.tasks / more.seconds,
        'memory of one process': one.megabytes,
        'memory of one process, of more (MB)': more.megabytes,
        'memory of both processes (MB)': two.megabytes,
        'one filter over the steps in DuckDB': duckdb.open * 1000,
        'bytes a step, without pictures': one.bytes / one.steps,
        'sealed recordings, bytes a step': sealed / one.steps,
      },
      peers: {
        'DuckDB writes the same tables': { 'tasks built': more.tasks / duckdb.write },
        'the files of as many shards are created': { 'tasks built': TASKS / shards },
      },
      notes: [
        `${TASKS.toLocaleString('en-US')} made-up tasks of ${PEOPLE} people: ${one.steps / one.tasks} steps each (clicks; every third time a click, words and Enter), ${DOINGS * 60} rows of the pointer, a table of 40 rows that changes; from sealed parts to sealed shards`,
        `"of more" is of ${MORE.toLocaleString('en-US')} tasks: in the build of ${TASKS.toLocaleString('en-US')} the second process is not there for the first second, and both still compile`,
        'it opens, plans, counts whose text is rare, puts surrogates and movement in, deflates, seals and writes; measuring the risk is `npm run bench deidentify`; accesses and halves are `npm run bench vault`',
        `DuckDB: ${duckdb.steps.toLocaleString('en-US')} steps, ${duckdb.found.toLocaleString('en-US')} of them found by kind; a new database each time, median of five; it writes tables that it holds, with no key, mask or check`,
      ],
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function built(tasks: string, out: string): Built {
  return said('release/build-process.ts', tasks, out) as Built;
}

async function sharedOf(work: string): Promise<{ two: Shared; twoOfMore: Shared }> {
  const postgres = await startPostgres();
  try {
    const { url, database } = await postgres.fresh();
    await migrate(database);
    await database.transaction((query) => raiseWalls(query));
    const shared = (tasks: string, out: string) =>
      said('release/crew-process.ts', join(work, tasks), join(work, out), url) as Shared;
    const rounds = [1, 2, 3].map((round) => shared('tasks', `two-${round}`));
    const two = rounds.sort((a, b) => a.seconds - b.seconds)[1] as Shared;
    return { two, twoOfMore: shared('more', 'two-of-more') };
  } finally {
    await postgres.stop();
  }
}

function said(script: string, ...args: string[]): unknown {
  const file = fileURLToPath(new URL(script, import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [file, ...args], { encoding: 'utf8' }));
}

/** Seconds for files of that length and nothing else. */
function filesOf(folder: string, count: number, length: number): number {
  mkdirSync(folder);
  const bytes = new Uint8Array(Math.round(length));
  const began = performance.now();
  for (let i = 0; i < count; i++) writeFileSync(join(folder, String(i)), bytes);
  return (performance.now() - began) / 1000;
}

async function exportTables(folder: string, to: string): Promise<void> {
  const at = (name: string) => {
    const file = join(to, name);
    mkdirSync(dirname(file), { recursive: true });
    return file;
  };
  await exportRelease(
    { folder, keys: `${folder}.keys`, format: 'parquet', progress: () => undefined },
    {
      write: async (name, bytes) => writeFileSync(at(name), bytes),
      append: async (name, bytes) => writeFileSync(at(name), bytes, { flag: 'a' }),
    },
  );
}
