import pg from 'pg';
import { DECLARED_TABLES } from '../access/declared-tables.ts';
import { copyIn, copyOut } from '../database/copy-stream.ts';
import { onConnection } from '../database/one-connection.ts';
import { SERVER_ROLE } from '../database/row-walls.ts';
import { BackupError } from './backup-fault.ts';
import type { BackupManifest } from './backup-manifest.ts';

/**
 * The tables as files, out of one snapshot and into an empty schema (spec/backup.md, BAK3, BAK4): PostgreSQL's text format,
 * which any version reads.
 */
export type Snapshot = Pick<BackupManifest, 'steps' | 'tables' | 'logs'> & {
  /** Digests of the sealed parts that its rows speak of, in hex. */
  blobs: ReadonlySet<string>;
};

/**
 * Begun by somebody and not over yet, good once or for an hour: in a backup they would be a way in that somebody ended
 * since (BAK5). Contributors' sessions last, and nobody can give them another.
 */
const PASSING: ReadonlySet<string> = new Set([
  'code',
  'device_handover',
  'staff_challenge',
  'staff_invitation',
  'staff_recovery',
  'staff_session',
]);

/** `write` takes each table's bytes. Nothing is changed. */
export async function dumpTables(
  url: string,
  write: (table: string, bytes: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<Snapshot> {
  return onConnection(url, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    const [self] = await rowsOf<{ walled: boolean }>(
      client,
      `select not (rolsuper or rolbypassrls) and exists (select 1 from pg_roles where rolname = '${SERVER_ROLE}') as walled
       from pg_roles where rolname = current_user`,
    );
    // An owner under forced walls sees nothing; the server's role sees everything outside a contributor's transaction.
    if (self?.walled) await client.query(`set local role ${SERVER_ROLE}`);
    const found = await tablesOf(client);
    const undeclared = [...found.keys()].filter((table) => !(table in DECLARED_TABLES));
    if (undeclared.length > 0) {
      throw new BackupError('source-damaged', 'The database holds tables that nobody declared:', undeclared);
    }
    const steps = found.has('migration')
      ? await rowsOf<Snapshot['steps'][number]>(
          client,
          'select number, name, digest from migration order by number',
        )
      : [];
    if (steps.length === 0) throw new BackupError('no-installation', 'The database holds no installation.');
    const tables: Snapshot['tables'] = [];
    for (const [name, columns] of found) {
      if (name === 'migration') continue;
      const wanted = PASSING.has(name) ? ' where false' : '';
      const [counted] = await rowsOf<{ rows: string }>(
        client,
        `select count(*) as rows from ${name}${wanted}`,
      );
      await write(name, copyOut(client, `copy (select ${listed(columns)} from ${name}${wanted}) to stdout`));
      tables.push({ name, columns, rows: Number(counted?.rows) });
    }
    const logs = found.has('log_head')
      ? await rowsOf<{ name: string; size: string }>(
          client,
          'select log as name, size from log_head order by log',
        )
      : [];
    const parts = await rowsOf<{ sha256: string }>(
      client,
      `select distinct encode(sha256, 'hex') as sha256 from part where received`,
    );
    await client.query('rollback');
    return {
      steps,
      tables,
      logs: logs.map(({ name, size }) => ({ name, size: Number(size) })),
      blobs: new Set(parts.map(({ sha256 }) => sha256)),
    };
  });
}

/** Into a schema that was just made and is at the backup's own number, in the transaction that the client has begun. */
export async function loadTables(
  client: pg.Client,
  tables: BackupManifest['tables'],
  read: (table: string) => AsyncIterable<Uint8Array>,
): Promise<void> {
  const found = await tablesOf(client);
  const faults: string[] = [];
  for (const { name, columns } of tables) {
    const known = found.get(name);
    if (!known) faults.push(`${name}: there is no such table at this schema`);
    else if (columns.join() !== known.join()) faults.push(`${name}: its columns are not this schema's`);
  }
  for (const name of found.keys())
    if (name !== 'migration' && !tables.some((table) => table.name === name))
      faults.push(`${name}: the backup lacks this table`);
  if (faults.length > 0)
    throw new BackupError('faulty', 'The tables of the backup are not those of its schema:', faults);
  const counts = new Map(tables.map(({ name, rows }) => [name, rows]));
  for (const name of await referredFirst(client, [...found.keys()])) {
    const expected = counts.get(name);
    if (expected === undefined) continue;
    const columns = found.get(name) as string[];
    const taken = await copyIn(client, `copy ${name} (${listed(columns)}) from stdin`, read(name));
    if (taken !== expected) faults.push(`${name}: ${taken} rows, and the manifest counts ${expected}`);
  }
  if (faults.length > 0) throw new BackupError('faulty', 'The backup holds other rows than it says:', faults);
  await client.query(NUMBERS_GO_ON);
}

/** Numbers that the database draws continue after the last one that came in. */
const NUMBERS_GO_ON = `do $$ declare one record; begin
  for one in select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
    where c.relnamespace = 'public'::regnamespace and a.attidentity <> '' loop
    execute format('select setval(pg_get_serial_sequence(%L, %L), (select coalesce(max(%I), 0) + 1 from %I), false)',
      'public.' || one.relname, one.attname, one.attname, one.relname);
  end loop; end $$`;

async function rowsOf<Row extends pg.QueryResultRow>(client: pg.Client, text: string): Promise<Row[]> {
  return (await client.query<Row>(text)).rows;
}

/** Each table with its columns, in a fixed order. */
async function tablesOf(client: pg.Client): Promise<Map<string, string[]>> {
  const rows = await rowsOf<{ table: string; columns: string[] }>(
    client,
    `select c.relname as table, array_agg(a.attname::text order by a.attname collate "C") as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by 1 order by 1`,
  );
  return new Map(rows.map(({ table, columns }) => [table, columns]));
}

async function referredFirst(client: pg.Client, tables: readonly string[]): Promise<string[]> {
  const refers = await rowsOf<{ table: string; to: string }>(
    client,
    `select c.relname as table, f.relname as to from pg_constraint k join pg_class c on c.oid = k.conrelid
     join pg_class f on f.oid = k.confrelid where k.contype = 'f' and k.conrelid <> k.confrelid`,
  );
  const order: string[] = [];
  const visit = (table: string, from: readonly string[]) => {
    if (order.includes(table) || from.includes(table)) return;
    for (const one of refers) if (one.table === table) visit(one.to, [...from, table]);
    order.push(table);
  };
  for (const table of tables) visit(table, []);
  return order;
}

const listed = (columns: readonly string[]) =>
  columns.map((column) => pg.escapeIdentifier(column)).join(', ');
