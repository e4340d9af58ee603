import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { MIGRATION_LOCK, type Migration, migrate } from '../database/migrate.ts';
import { databaseOn, onConnection } from '../database/one-connection.ts';
import { raiseWalls } from '../database/row-walls.ts';
import { BackupError } from './backup-fault.ts';
import { type BackupManifest, tablePath } from './backup-manifest.ts';
import { checkRestored } from './restored-checks.ts';
import { loadTables } from './table-files.ts';

/**
 * The tables of a backup in a database, all of it in one transaction (spec/backup.md, BAK23, BAK28, BAK29): the schema at the backup's number, the
 * rows, the steps that are newer, the logs checked, the walls raised. Whatever goes wrong, or is killed: the database is as it was.
 */
export type TablesToRestore = {
  url: string;
  from: string;
  manifest: BackupManifest;
  steps: readonly Migration[];
  /** Where the restored keys are; null: there are none. */
  keys: string | null;
  /** Of a database that somebody else runs: it has to be empty. With a token it is left under that, without one nothing is left. */
  elsewhere: { token: string | null } | null;
  onProgress: (line: string) => void;
  /** The commit was asked for: from now on nobody knows whether it happened until it resolves. */
  onCommit?: () => void;
};

const LOCK_PATIENCE = '30s';
const OLDEST_POSTGRES = 160_000;

/** Throws BackupError. */
export async function restoreTables(given: TablesToRestore): Promise<void> {
  const { url, from, manifest, steps, keys, elsewhere, onProgress: say } = given;
  await onConnection(url, async (client) => {
    const database = databaseOn(client);
    await begin(client);
    if (elsewhere) await requireEmpty(client);
    await migrate(database, steps.slice(0, manifest.steps.length));
    say('loading the tables');
    await loadTables(client, manifest.tables, (table) => createReadStream(join(from, tablePath(table))));
    say('bringing the schema forward');
    await migrate(database, steps).catch((cause: Error) => {
      throw new BackupError(
        'migration-failed',
        `The schema of the backup could not be brought from ${manifest.steps.length} to ${steps.length}: ${cause.message}`,
        [],
        { cause },
      );
    });
    say('checking both logs');
    // Before the walls: whoever owns tables under forced walls sees no row of them.
    await checkRestored(database, manifest, keys);
    await database.transaction((query) => raiseWalls(query));
    if (elsewhere?.token === null) {
      await client.query('rollback');
      return;
    }
    if (elsewhere) await client.query(`comment on table migration is '${tokenComment(elsewhere.token)}'`);
    say('committing');
    given.onCommit?.();
    await client.query('commit');
  });
}

/** Is all of the restore with this token in the database? Waits for one that was killed and is still committing. */
export async function isRestored(url: string, token: string): Promise<boolean> {
  return onConnection(url, async (client) => {
    await begin(client);
    const { rows } = await client.query<{ comment: string | null }>(
      `select obj_description(to_regclass('public.migration'), 'pg_class') as comment`,
    );
    return rows[0]?.comment === tokenComment(token);
  });
}

/** Its token is of no use any more; where that can not be said it does no harm. */
export async function forgetToken(url: string): Promise<void> {
  await onConnection(url, (client) => client.query('comment on table migration is null')).catch(
    () => undefined,
  );
}

/** Hexadecimal: it stands in a statement. */
function tokenComment(token: string): string {
  if (!/^[0-9a-f]{32}$/.test(token)) throw new RangeError('not the token of a restore');
  return `aboveboard restore ${token}`;
}

/** A transaction that is durable when it is committed, and that no other restore and no server's start has at the same time. */
async function begin(client: pg.Client): Promise<void> {
  await client.query('begin');
  await client.query(
    `set local synchronous_commit = on; set local statement_timeout = 0; set local lock_timeout = '${LOCK_PATIENCE}'`,
  );
  await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]).catch((cause: unknown) => {
    throw new BackupError('busy', 'Another restore, or a server that starts, works in that database.', [], {
      cause,
    });
  });
}

/** Nothing that anybody made there: what lives is never restored over. */
async function requireEmpty(client: pg.Client): Promise<void> {
  const { rows: about } = await client.query<{ encoding: string; version: number }>(
    `select current_setting('server_encoding') as encoding, current_setting('server_version_num')::integer as version`,
  );
  if (about[0]?.encoding !== 'UTF8' || about[0].version < OLDEST_POSTGRES)
    throw new BackupError('unsuitable', 'The database is to be of PostgreSQL 16 or newer, and in UTF8.');
  const { rows } = await client.query<{ name: string }>(
    `with made (name, class, oid, schema) as (
       select relname::text, 'pg_class'::regclass, oid, relnamespace from pg_class where relkind <> 't'
       union all select proname::text, 'pg_proc'::regclass, oid, pronamespace from pg_proc
       union all select typname::text, 'pg_type'::regclass, oid, typnamespace from pg_type where typtype in ('d', 'e', 'r'))
     select n.nspname || '.' || made.name as name from made join pg_namespace n on n.oid = made.schema
     where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and not exists (select 1 from pg_depend d where d.classid = made.class and d.objid = made.oid and d.deptype = 'e')
     order by 1 limit 20`,
  );
  if (rows.length === 0) return;
  throw new BackupError(
    'occupied',
    'The database is not empty. A backup is restored into one that was just made; there are, among others:',
    rows.map(({ name }) => name),
  );
}
