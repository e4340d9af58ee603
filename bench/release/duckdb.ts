import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Not among the project's dependencies: this measurement alone needs it, and it is large. */
const PACKAGE = '@duckdb/node-api@1.5.6-r.1';

type Connection = {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>;
};
type DuckDB = { DuckDBInstance: { create(at: string): Promise<{ connect(): Promise<Connection> }> } };

export type DuckDBFigures = {
  /** Seconds from opening nothing to the answer: a new database, one filter over the steps' file. */
  open: number;
  /** Seconds to write tasks and steps, held as tables, to Parquet. */
  write: number;
  /** Rows that the filter counted, of how many. */
  found: number;
  steps: number;
};

/** `folder`: a release's tables as `dataset export --format parquet` writes them. Installs the package into `work`. */
export async function duckdbFigures(folder: string, work: string): Promise<DuckDBFigures> {
  const { DuckDBInstance } = installed(work);
  const [steps, tasks] = ['steps', 'tasks'].map((name) => `'${join(folder, `${name}.parquet`)}'`);
  const filter = `select count(*)::int from ${steps} where kind = 'click'`;
  const open: number[] = [];
  let found = 0;
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    found = Number((await connection.runAndReadAll(filter)).getRows()[0]?.[0]);
    open.push((performance.now() - began) / 1000);
  }
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`create table steps as select * from ${steps}`);
  await connection.run(`create table tasks as select * from ${tasks}`);
  const all = Number((await connection.runAndReadAll('select count(*)::int from steps')).getRows()[0]?.[0]);
  const began = performance.now();
  for (const name of ['steps', 'tasks'])
    await connection.run(
      `copy ${name} to '${join(work, `${name}.parquet`)}' (format parquet, compression zstd)`,
    );
  const write = (performance.now() - began) / 1000;
  return { open: open.sort((a, b) => a - b)[2] as number, write, found, steps: all };
}

function installed(work: string): DuckDB {
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', PACKAGE], {
    cwd: work,
    stdio: 'inherit',
  });
  return createRequire(join(work, 'package.json'))('@duckdb/node-api') as DuckDB;
}
