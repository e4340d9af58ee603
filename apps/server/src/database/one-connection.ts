import pg from 'pg';
import { type Database, databaseTypes } from './database.ts';

/**
 * A database over one connection and in one transaction, which whoever holds the connection begins and ends: for what is to be there as a
 * whole or not at all. Transactions in it are savepoints.
 */
export function databaseOn(client: pg.Client): Database {
  let last: Promise<unknown> = Promise.resolve();
  let depth = 0;

  // One statement at a time, whoever asks.
  const query: Database['query'] = (text, values) => {
    const next = last.then(async () => (await client.query(text, values)).rows);
    last = next.catch(() => undefined);
    return next;
  };

  const transaction: Database['transaction'] = async (work) => {
    const name = `step_${++depth}`;
    await query(`savepoint ${name}`);
    try {
      const result = await work(query);
      await query(`release savepoint ${name}`);
      return result;
    } catch (error) {
      await query(`rollback to savepoint ${name}`).catch(() => undefined);
      throw error;
    }
  };

  return {
    query,
    transaction,
    asContributor: () => {
      throw new Error('nobody comes as a contributor here');
    },
    answers: async () => true,
    close: async () => undefined,
  };
}

/** Connected while `work` runs. What it did not commit never was. */
export async function onConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    ...{ connectionString: url, application_name: 'aboveboard backup', connectionTimeoutMillis: 10_000 },
    types: databaseTypes,
  });
  client.on('error', () => undefined);
  await client.connect().catch((cause: Error) => {
    // Of an address with two numbers the reason is empty.
    throw new Error(`The database can not be reached: ${cause.message || 'no answer'}`, { cause });
  });
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
