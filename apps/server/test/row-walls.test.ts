import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DECLARED_TABLES } from '../src/access/declared-tables.ts';
import { type Database, openDatabase } from '../src/database/database.ts';
import { migrate } from '../src/database/migrate.ts';
import { raiseWalls, SERVER_ROLE, tablesWithoutWall } from '../src/database/row-walls.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { clearFolders } from './server.ts';

let postgres: TestPostgres;
let owner: Database;
let server: Database;

beforeAll(async () => {
  postgres = await startPostgres();
  const fresh = await postgres.fresh();
  owner = fresh.database;
  await migrate(owner);
  await owner.transaction((query) => raiseWalls(query));
  server = openDatabase(fresh.url, 2, SERVER_ROLE);
  await server.query(`insert into upload (id, contributor, recording, announcement, state, touched_on)
    select 'u' || n, 'c' || n, 'r' || n, sha256('x'), 'open', current_date from generate_series(1, 3) n`);
  await server.query(`insert into part (upload, index, kind, bytes, sha256)
    select 'u' || n, 0, 'manifest', 1, sha256('x') from generate_series(1, 3) n`);
  await server.query(`insert into recording (id, upload, class, week, duration_ms, events, states, frames, parts, bytes)
    select 'r' || n, 'u' || n, 'own', '2026-W47', 1, 1, 1, 1, 1, 1 from generate_series(1, 3) n`);
});
afterAll(async () => {
  await server.close();
  await postgres.stop();
  clearFolders();
});

describe('the second wall', () => {
  it('[ACC30] stands before every table, for a role that owns nothing', async () => {
    expect(await tablesWithoutWall(owner.query)).toEqual([]);
    const [me] = await server.query<{ me: string; bypass: boolean; owned: number }>(
      `select current_user as me, (select rolbypassrls or rolsuper from pg_roles where rolname = current_user) as bypass,
         (select count(*)::integer from pg_class where relowner = current_user::regrole) as owned`,
    );
    expect(me).toEqual({ me: SERVER_ROLE, bypass: false, owned: 0 });
    for (const statement of [
      'create table mine (a integer)',
      'alter table upload disable row level security',
    ]) {
      await expect(server.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    }
  });

  it('[ACC30] seeded hole: a table without a policy is found, and can not be read', async () => {
    await owner.query('create table forgotten (a integer)');
    await owner.query('create table half_done (a integer)');
    await owner.query(`grant select on half_done to ${SERVER_ROLE}`);
    await owner.query('insert into half_done values (1)');
    await owner.query('alter table half_done enable row level security');
    try {
      expect(await tablesWithoutWall(owner.query)).toEqual(['forgotten', 'half_done']);
      await expect(server.query('select * from forgotten')).rejects.toThrow(/permission denied/);
      expect(await server.query('select * from half_done')).toEqual([]);
    } finally {
      await owner.query('drop table forgotten, half_done');
    }
  });

  it('[ACC31] a record is read and added to, and nothing else', async () => {
    for (const [name, { onlyGrows }] of Object.entries(DECLARED_TABLES)) {
      await expect(server.query(`select 1 from ${name}`), name).resolves.toBeDefined();
      await expect(server.query(`truncate ${name}`), name).rejects.toThrow(/permission denied/);
      if (!onlyGrows) continue;
      await expect(server.query(`delete from ${name}`), name).rejects.toThrow(/permission denied/);
      const [column] = await owner.query<{ name: string }>(
        `select column_name as name from information_schema.columns
         where table_name = $1 and is_identity = 'NO' limit 1`,
        [name],
      );
      const update = `update ${name} set ${column?.name} = ${column?.name}`;
      await expect(server.query(update), name).rejects.toThrow(/permission denied/);
    }
  });

  it('[ACC32] in her transaction the rows of others are not there, whatever the question forgets', async () => {
    const seen = (handle: string) =>
      server.asContributor(handle, async (query) => ({
        upload: (await query('select id from upload')).length,
        part: (await query('select 1 from part')).length,
        recording: (await query('select id from recording')).length,
        changed: (await query(`update upload set touched_on = current_date returning id`)).map(
          ({ id }) => id,
        ),
      }));
    expect(await seen('c2')).toEqual({ upload: 1, part: 1, recording: 1, changed: ['u2'] });
    expect(await seen('nobody')).toEqual({ upload: 0, part: 0, recording: 0, changed: [] });
    expect(await server.query('select id from upload')).toHaveLength(3);
    await expect(
      server.asContributor('c2', (query) =>
        query(`insert into upload (id, contributor, recording, announcement, state, touched_on)
          values ('u9', 'c3', 'r9', sha256('x'), 'open', current_date)`),
      ),
    ).rejects.toThrow(/row-level security/);
  });

  it('[ACC30] is raised once, and again when what is declared changed', async () => {
    const mark = async () =>
      (
        await owner.query<{ mark: string }>(
          `select obj_description(oid, 'pg_namespace') as mark from pg_namespace where nspname = 'public'`,
        )
      )[0]?.mark;
    const before = await mark();
    await owner.transaction((query) => raiseWalls(query));
    expect(await mark()).toBe(before);
    const { erasure, ...rest } = DECLARED_TABLES;
    await owner.transaction((query) => raiseWalls(query, rest));
    await expect(server.query('select 1 from erasure')).rejects.toThrow(/permission denied/);
    await owner.transaction((query) => raiseWalls(query));
    expect(erasure && (await server.query('select 1 from erasure'))).toEqual([]);
  });
});
