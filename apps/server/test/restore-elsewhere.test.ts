import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ReleasedRecording } from '@aboveboard/protocol/installation';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeBackup } from '../src/backup/make-backup.ts';
import type { MadeBackup } from '../src/backup/new-backup.ts';
import { type RestoreOptions, restoreBackup, verifyBackup } from '../src/backup/restore-backup.ts';
import { isRestored } from '../src/backup/restored-tables.ts';
import type { Database } from '../src/database/database.ts';
import { requireOwnDatabase } from '../src/database/database-elsewhere.ts';
import { type Migration, migrations } from '../src/database/migrate.ts';
import { copyOf, failure, passable } from './backup-copies.ts';
import { faultsOfPlace, runChild } from './backup-kills.ts';
import { Client, makeRecording } from './device.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';

/** A restore into a PostgreSQL that somebody else runs. */
let postgres: TestPostgres;
let made: MadeBackup;
let keys: MadeBackup;
let recording: string;

vi.setConfig({ testTimeout: 240_000 });

beforeAll(async () => {
  postgres = await startPostgres();
  const data = passable();
  const server = await startDemonstration({ data, samples: false });
  const contributor = await Client.redeem(server.url, server.codes.contributor);
  const sealed = await makeRecording(server.about);
  expect((await contributor.upload(sealed)).status).toBe(200);
  recording = sealed.manifest.id;
  const to = { data, to: temporaryFolder(), keep: null, now: Date.now };
  made = await makeBackup({ ...to, kind: 'data' });
  keys = await makeBackup({ ...to, kind: 'keys' });
  await server.stop();
});
afterAll(async () => {
  await postgres.stop();
  clearFolders();
});

const restore = (databaseUrl: string, options: Partial<RestoreOptions> = {}) =>
  restoreBackup({
    ...{ from: made.folder, keys: keys.folder, databaseUrl, data: join(temporaryFolder(), 'new') },
    ...options,
  });
/** What is in a database that nobody but its owner put there. */
const namesIn = async ({ query }: Database) => {
  const rows = await query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace
     union select typname from pg_type where typnamespace = 'public'::regnamespace
     union select proname from pg_proc where pronamespace = 'public'::regnamespace`,
  );
  return rows.map(({ name }) => name);
};

describe('into a database of somebody else’s', () => {
  it('[BAK28] it is a server again, whose owner is no superuser; and without that database none starts', async () => {
    const { database, url } = await postgres.fresh();
    await database.query(`create role aboveboard_server nologin`).catch(() => undefined);
    await database.query('create role owner login');
    await database.query('grant aboveboard_server to owner');
    await database.query('alter schema public owner to owner');
    const owned = url.replace('//aboveboard@', '//owner@');
    expect(owned).not.toBe(url);
    const { data, schema } = await restore(owned);
    expect(schema.is).toBe(migrations().length);
    expect(faultsOfPlace(data, [made.manifest, keys.manifest], 'elsewhere')).toEqual([]);
    expect(readdirSync(data)).not.toContain('.restoring');
    // Keys that have signed, and an empty database: both logs would begin a second time.
    await expect(startDemonstration({ data })).rejects.toThrow('in a database of yours');
    expect(existsSync(join(data, 'postgres'))).toBe(false);
    rmSync(join(data, 'database-elsewhere'));
    expect(() => requireOwnDatabase(data)).not.toThrow();
    const again = await startDemonstration({ data, databaseUrl: owned });
    try {
      const researcher = await Client.redeem(again.url, again.codes.researcher);
      const { body } = await researcher.call<{ recordings: ReleasedRecording[] }>('GET', '/api/recordings');
      expect(body.recordings.map(({ id }) => id)).toContain(recording);
    } finally {
      await again.stop();
    }
    // So does every folder that was once started on another's database.
    expect(() => requireOwnDatabase(data)).toThrow('in a database of yours');
  });

  it('[BAK28] refuses one in which somebody made anything, names it, and changes nothing', async () => {
    const { database, url } = await postgres.fresh();
    const data = join(temporaryFolder(), 'new');
    for (const [statement, name, undo] of [
      ['create table lived (a int)', 'public.lived', 'drop table lived'],
      ['create view seen as select 1 as a', 'public.seen', 'drop view seen'],
      ['create schema other create sequence hers', 'other.hers', 'drop schema other cascade'],
      [`create function made() returns int language sql as 'select 1'`, 'public.made', 'drop function made'],
      [`create type mood as enum ('a')`, 'public.mood', 'drop type mood'],
    ] as const) {
      await database.query(statement);
      const before = await namesIn(database);
      const { code, faults } = await failure(restore(url, { data }));
      expect([code, faults]).toEqual(['occupied', expect.arrayContaining([name])]);
      expect(await namesIn(database)).toEqual(before);
      expect([existsSync(data), existsSync(`${data}.restoring`)]).toEqual([false, false]);
      await database.query(undo);
    }
    await database.query('create table lived (a int)');
    const trial = verifyBackup({ from: made.folder, databaseUrl: url });
    expect(await failure(trial)).toMatchObject({ code: 'occupied' });
  });

  it('[BAK28] refuses what is no UTF8', async () => {
    const { database, url } = await postgres.fresh();
    await database.query(`create database plain encoding 'SQL_ASCII' locale 'C' template template0`);
    const plain = url.replace(/\/test_\d+\?/, '/plain?');
    expect(await failure(restore(plain))).toMatchObject({ code: 'unsuitable' });
  });

  it('[BAK29] a trial, a step that fails and rows that do not hold leave it empty', async () => {
    const { database, url } = await postgres.fresh();
    const within = temporaryFolder();
    expect((await verifyBackup({ from: made.folder, databaseUrl: url, within })).kind).toBe('data');
    expect([await namesIn(database), readdirSync(within)]).toEqual([[], []]);
    const sql = 'create table half (a int); select no_such();';
    const broken: Migration = {
      number: migrations().length + 1,
      name: 'broken',
      sql,
      digest: '0'.repeat(64),
    };
    const parent = temporaryFolder();
    const failed = restore(url, { data: join(parent, 'new'), steps: [...migrations(), broken] });
    expect(await failure(failed)).toMatchObject({ code: 'migration-failed' });
    const swapped = copyOf(made.folder, (manifest) => ({
      ...manifest,
      logs: manifest.logs.map((log) => ({ ...log, size: log.size + 1 })),
    }));
    expect(await failure(restore(url, { data: join(parent, 'new'), from: swapped }))).toMatchObject({
      code: 'faulty',
    });
    expect([await namesIn(database), readdirSync(parent)]).toEqual([[], []]);
  });

  it('[BAK29] [BAK32] killed at any moment neither has half of it, and the same again makes it whole', async () => {
    const parent = temporaryFolder();
    const data = join(parent, 'new');
    const { database, url } = await postgres.fresh();
    const work = { from: made.folder, keys: keys.folder, data, databaseUrl: url, hold: false } as const;
    const kill = async (killAt: string) =>
      expect((await runChild({ work: 'restore', ...work, killAt }, { temporary: parent })).killed).toBe(true);
    for (const moment of ['loading the tables', 'committing']) {
      await kill(moment);
      expect(readdirSync(parent)).toEqual(['new.restoring']);
      await expect.poll(() => namesIn(database), { timeout: 30_000 }).toEqual([]);
    }
    await kill('moving it to its place');
    expect(readdirSync(parent)).toEqual(['new.restoring']);
    expect(await namesIn(database)).toContain('recording');
    // Of another backup, or to another place, it is somebody else's data.
    expect(await failure(restore(url, { data, keys: null }))).toMatchObject({ code: 'occupied' });
    expect(await failure(restore(url))).toMatchObject({ code: 'occupied' });
    await restore(url, { data });
    expect(readdirSync(parent)).toEqual(['new']);
    expect(faultsOfPlace(data, [made.manifest, keys.manifest], 'elsewhere')).toEqual([]);
    const [row] = await database.query<{ n: number }>('select count(*) as n from recording');
    expect(row?.n).toBe(1);
    expect(await failure(restore(url, { data }))).toMatchObject({ code: 'occupied' });
  });

  it('[BAK29] where the database does not say whether it committed, nothing is thrown away', async () => {
    const parent = temporaryFolder();
    const data = join(parent, 'new');
    const { url } = await postgres.fresh();
    const onBuilt = async () => {
      throw new Error('the connection broke');
    };
    expect(await failure(restore(url, { data, onBuilt }))).toMatchObject({ code: 'unsure' });
    expect(readdirSync(parent)).toEqual(['new.restoring']);
    expect(await isRestored(url, '0'.repeat(32))).toBe(false);
    await restore(url, { data });
    expect(readdirSync(parent)).toEqual(['new']);
  });
});
