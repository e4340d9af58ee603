import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logStorageContract } from '../../../packages/tlog/test/log-storage-contract.ts';
import { migrate } from '../src/database/migrate.ts';
import { makeLogRows } from '../src/logs/log-rows.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { clearFolders } from './server.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

async function fresh() {
  const { database } = await server.fresh();
  await migrate(database);
  return database;
}

logStorageContract('PostgreSQL', async () => {
  const database = await fresh();
  return { storage: makeLogRows('rules', database), again: async () => makeLogRows('rules', database) };
});

describe('[LGS12] whatever the software does wrong', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const grown = async () => {
    const database = await fresh();
    const rows = makeLogRows('uses', database);
    const head = (size: number) => ({ size, checkpoint: bytes(`uses\n${size}\nroot\n\n— signature\n`) });
    await rows.advance({ from: null, head: head(0), entries: [], tiles: [] });
    const entries = [{ bytes: bytes('a'), key: null }];
    const tiles = [{ level: 0, number: 0, hashes: new Uint8Array(32) }];
    await rows.advance({ from: 0, head: head(1), entries, tiles });
    return { database, rows, head };
  };

  it.each([
    ['a head goes back', `update log_head set size = 0`],
    ['a head of the same size says something else', `update log_head set checkpoint = 'uses' where size = 1`],
    ['what witnesses saw is forgotten', `update log_head set witnessed_size = null, witnessed = null`],
    ['a head is removed', `delete from log_head`],
    ['an entry is changed', `update log_entry set entry = 'b'`],
    ['an entry is removed', `delete from log_entry`],
    ['a tile is changed', `update log_tile set hashes = decode(repeat('ab', 32), 'hex')`],
    ['a tile is removed', `delete from log_tile`],
    ['entries are emptied', `truncate log_entry`],
    ['all of it is emptied', `truncate log_head cascade`],
  ])('the database refuses that %s', async (_, change) => {
    const { database, rows, head } = await grown();
    await database.query(`update log_head set witnessed_size = 1, witnessed = 'note'`);
    await expect(database.query(change)).rejects.toThrow('a log only grows');
    expect(await rows.head()).toEqual(head(1));
  });

  it('a step whose tile does not begin with the one before is refused whole', async () => {
    const { rows, head } = await grown();
    const entries = [{ bytes: bytes('b'), key: null }];
    const tiles = [{ level: 0, number: 0, hashes: new Uint8Array(64).fill(1) }];
    await expect(rows.advance({ from: 1, head: head(2), entries, tiles })).rejects.toThrow(
      'a log only grows',
    );
    expect(await rows.head()).toEqual(head(1));
    await expect(rows.entries(1, 2)).rejects.toThrow('not there');
  });

  it('[LGS11] without the compare-and-swap (a seeded hole) the keys of the tables refuse the second step', async () => {
    const { database } = await grown();
    const holed = makeLogRows('uses', {
      query: (text, values) => database.query(text.replace('and size = $2', 'and $2 >= 0'), values),
    });
    const step = (text: string) =>
      holed.advance({
        from: 1,
        head: { size: 2, checkpoint: bytes(`uses\n2\n${text}\n\n— signature\n`) },
        entries: [{ bytes: bytes(text), key: null }],
        tiles: [],
      });
    const asked = await Promise.allSettled([step('b'), step('c')]);
    expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('the two logs have nothing in common', async () => {
    const { database, rows } = await grown();
    const other = makeLogRows('rules', database);
    expect(await other.head()).toBeNull();
    expect(await other.tile(0, 0)).toBeNull();
    expect(await rows.tile(0, 0)).toHaveLength(32);
  });
});
