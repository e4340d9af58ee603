import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCommitBatch } from '../src/database/commit-batch.ts';
import { DatabaseDown } from '../src/database/database.ts';
import { migrate, migrations } from '../src/database/migrate.ts';
import { dumpSchema } from '../src/database/schema-dump.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { clearFolders } from './server.ts';

let server: TestPostgres;
const states: boolean[] = [];
beforeAll(async () => {
  server = await startPostgres((up) => states.push(up));
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20);
}

/** Schemas that were released, by the number of their last step. A release adds its own here. */
const RELEASED = [1];

describe('schema', () => {
  it('is what the golden file says', async () => {
    const { database } = await server.fresh();
    await migrate(database);
    const schema = await dumpSchema(database);
    await expect(schema).toMatchFileSnapshot('./schema.golden.sql');
  });

  it.each(RELEASED)('is reached from released schema %i with its data kept', async (number) => {
    const { database } = await server.fresh();
    await migrate(database, migrations().slice(0, number));
    await database.query(readFileSync(new URL(`./released/${number}.sql`, import.meta.url), 'utf8'));
    const before = await database.query('select id, week, events from recording order by id');
    expect(before.length).toBeGreaterThan(0);
    await migrate(database);
    expect(await database.query('select id, week, events from recording order by id')).toEqual(before);
    expect(`${await dumpSchema(database)}`).toBe(
      readFileSync(new URL('./schema.golden.sql', import.meta.url), 'utf8'),
    );
  });

  it('takes each step once, also when two servers start at once', async () => {
    const { database } = await server.fresh();
    await Promise.all([migrate(database), migrate(database)]);
    const rows = await database.query('select number from migration order by number');
    expect(rows).toEqual(migrations().map(({ number }) => ({ number })));
  });

  it('keeps what was there when a step fails', async () => {
    const { database } = await server.fresh();
    const broken = {
      number: 2,
      name: 'broken',
      sql: 'create table half (a int); select no_such();',
      digest: 'x',
    };
    await expect(migrate(database, [...migrations().slice(0, 1), broken])).rejects.toThrow();
    expect(await database.query(`select to_regclass('half') as half`)).toEqual([{ half: null }]);
    expect(await database.query('select number from migration')).toEqual([{ number: 1 }]);
  });

  it('refuses a newer schema by name, and steps that are not those that ship', async () => {
    const { database } = await server.fresh();
    await migrate(database);
    await database.query(`update migration set digest = 'other' where number = 1`);
    await expect(migrate(database)).rejects.toThrow('is not the one that ships here');
    await database.query(`insert into migration values (99, 'from-the-future', 'x')`);
    await expect(migrate(database, [])).rejects.toThrow('newer than this software');
  });

  it('the access journal can not be rewritten', async () => {
    const { database } = await server.fresh();
    await migrate(database);
    await database.query(
      `insert into access_entry (entry, at, kind, by, recordings) values ('e', now(), 'dataset', 'r', '{a}')`,
    );
    for (const change of [
      'update access_entry set by = $$x$$',
      'delete from access_entry',
      'truncate access_entry',
    ]) {
      await expect(database.query(change)).rejects.toThrow('append-only');
    }
  });
});

describe('commit batch', () => {
  it('settles each with the write that held it, one write at a time', async () => {
    const writes: number[][] = [];
    let isWriting = false;
    const commit = makeCommitBatch<number>(async (items) => {
      expect(isWriting).toBe(false);
      isWriting = true;
      await new Promise((resolve) => setTimeout(resolve, 2));
      isWriting = false;
      writes.push([...items]);
      if (items.includes(3)) throw new Error('this write failed');
    }, 4);
    const results = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => commit(i)));
    expect(writes).toEqual([[0], [1, 2, 3, 4], [5, 6, 7, 8], [9]]);
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      false,
      false,
      false,
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
  });
});

describe('a database that is killed', () => {
  it('fails what is under way as DatabaseDown, comes back by itself, and has what was committed', async () => {
    const { database } = await server.fresh();
    await database.query('create table kept (n integer)');
    let committed = 0;
    for (let round = 0; round < 3; round++) {
      const killed = server.postgres.pid();
      const errors: unknown[] = [];
      let isWriting = true;
      const writing = (async () => {
        while (isWriting) {
          try {
            await database.query('insert into kept values ($1)', [committed]);
            committed++;
          } catch (error) {
            errors.push(error);
            await sleep(10);
          }
        }
      })();
      await sleep(20 + round * 7);
      if (killed) process.kill(killed, 'SIGKILL');
      await until(async () => server.postgres.pid() !== killed && (await database.answers()));
      isWriting = false;
      await writing;
      expect(errors.length).toBeGreaterThan(0);
      for (const error of errors) expect(error).toBeInstanceOf(DatabaseDown);
    }
    const [row] = await database.query<{ n: number }>('select count(*) as n from kept');
    // What failed may have been committed all the same; what was acknowledged must be there.
    expect(row?.n).toBeGreaterThanOrEqual(committed);
    expect(states.slice(0, 3)).toEqual([true, false, true]);
  });

  it('rolls a transaction back when its connection dies', async () => {
    const { database } = await server.fresh();
    await database.query('create table half (n integer)');
    const dying = database.transaction(async (query) => {
      await query('insert into half values (1)');
      await query('select pg_terminate_backend(pg_backend_pid())');
      await query('insert into half values (2)');
    });
    await expect(dying).rejects.toBeInstanceOf(DatabaseDown);
    expect(await database.query('select n from half')).toEqual([]);
  });
});
