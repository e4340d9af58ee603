import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, openDatabase } from '../src/database/database.ts';
import { type EmbeddedPostgres, startEmbedded } from '../src/database/embedded.ts';
import { temporaryFolder } from './server.ts';

/** A PostgreSQL of a test's own, and as many empty databases in it as it asks for. */
export type TestPostgres = {
  postgres: EmbeddedPostgres;
  fresh(): Promise<{ database: Database; url: string }>;
  stop(): Promise<void>;
};

export async function startPostgres(onState: (up: boolean) => void = () => undefined): Promise<TestPostgres> {
  const folder = temporaryFolder();
  chmodSync(folder, 0o711);
  const postgres = await startEmbedded(join(folder, 'postgres'), onState);
  const main = openDatabase(postgres.url, 1);
  const opened: Database[] = [main];
  let count = 0;
  return {
    postgres,
    async fresh() {
      const name = `test_${count++}`;
      await main.query(`create database ${name}`);
      const url = postgres.url.replace('/postgres?', `/${name}?`);
      const database = openDatabase(url, 4);
      opened.push(database);
      return { database, url };
    },
    async stop() {
      await Promise.all(opened.map((database) => database.close()));
      await postgres.stop();
    },
  };
}
