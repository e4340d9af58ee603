import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from './database.ts';

/** Any number that nobody else uses in this database. */
export const MIGRATION_LOCK = 4_870_001;

export type Migration = { number: number; name: string; sql: string; digest: string };

/** The numbered files, in order; a hole or a doubled number is an error of the build. */
export function migrations(folder: URL = new URL('migrations/', import.meta.url)): Migration[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  return files.map((file, i) => {
    const [, digits, name] = /^(\d{4})_([a-z0-9-]+)\.sql$/.exec(file) ?? [];
    if (!digits || !name || Number(digits) !== i + 1)
      throw new Error(`${file} is not migration number ${i + 1}`);
    const sql = readFileSync(new URL(file, folder), 'utf8');
    return { number: i + 1, name, sql, digest: createHash('sha256').update(sql).digest('hex') };
  });
}

/**
 * Brings the schema to the newest version, each step in a transaction of its own with the row that records
 * it. Refuses a database that is newer than this software, and one whose steps were other ones.
 */
export async function migrate(
  database: Database,
  steps: readonly Migration[] = migrations(),
): Promise<number> {
  await database.transaction(async (query) => {
    // "if not exists" alone lets two that look at once both create it.
    await query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await query(
      'create table if not exists migration (number integer primary key, name text not null, digest text not null)',
    );
  });
  for (;;) {
    const done = await database.transaction(async (query) => {
      // Two servers that start at once on one database: the second waits here and finds the work done.
      await query('lock table migration in exclusive mode');
      const rows = await query<Migration>('select number, name, digest from migration order by number');
      for (const row of rows) {
        const step = steps[row.number - 1];
        if (!step) {
          throw new Error(
            `The database is at schema ${row.number} ("${row.name}"), newer than this software, which knows ` +
              `${steps.length}. Start the newer Aboveboard; nothing was changed.`,
          );
        }
        if (step.digest !== row.digest) {
          throw new Error(
            `Schema step ${row.number} ("${row.name}") in the database is not the one that ships here.`,
          );
        }
      }
      const next = steps[rows.length];
      if (!next) return true;
      await query(next.sql);
      await query('insert into migration (number, name, digest) values ($1, $2, $3)', [
        next.number,
        next.name,
        next.digest,
      ]);
      return false;
    });
    if (done) return steps.length;
  }
}
