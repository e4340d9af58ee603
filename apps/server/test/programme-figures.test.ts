import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../src/database/database.ts';
import { migrate } from '../src/database/migrate.ts';
import { programmeFigures } from '../src/recordings/programme-figures.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';

describe('the installation’s own figures', () => {
  let server: TestPostgres;
  let database: Database;
  beforeAll(async () => {
    server = await startPostgres();
    ({ database } = await server.fresh());
    await migrate(database);
  }, 120_000);
  afterAll(() => server?.stop());

  let count = 0;
  async function record(contributor: string, bytes: number, kind = 'own', minutes = 30): Promise<void> {
    const id = `r${count++}`;
    await database.query(
      `insert into upload (id, contributor, recording, announcement, state, touched_on)
       values ($1, $2, $1, $3, 'complete', '2026-11-22')`,
      [id, contributor, Buffer.alloc(32)],
    );
    await database.query(
      `insert into recording (id, upload, class, week, duration_ms, events, states, frames, parts, bytes)
       values ($1, $1, $2, '2026-W47', $3, 1, 1, 0, 4, $4)`,
      [id, kind, minutes * 60_000, bytes],
    );
  }
  const told = () => programmeFigures((...query) => database.query(...query));

  test('[PLN80] withheld of nine people, told of ten, rounded; others’ recordings do not count', async () => {
    expect(await told()).toEqual({ isWithheld: true, why: 'few' });
    for (let person = 0; person < 9; person++) await record(`p${person}`, 1_234_567);
    // A tenth contributor who only imported is no tenth.
    await record('p9', 5e8, 'foreign');
    expect(await told()).toEqual({ isWithheld: true, why: 'few' });
    await record('p9', 1_234_567);
    expect(await told()).toEqual({
      isWithheld: false,
      recordings: 10,
      bytesARecording: 1_200_000,
      bytesAnHour: 2_500_000,
      bytesAnUpload: 310_000,
    });
  });

  test('[PLN80] withheld where one person is more than a quarter of it, by bytes or by time', async () => {
    await record('p0', 9_000_000);
    expect(await told()).toEqual({ isWithheld: true, why: 'one' });
    await database.query('delete from recording where bytes = 9000000');
    await record('p0', 1, 'own', 300);
    expect(await told()).toEqual({ isWithheld: true, why: 'one' });
  });
});
