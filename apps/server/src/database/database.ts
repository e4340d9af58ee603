import pg from 'pg';

/**
 * The pool, and the one place where a dead database becomes DatabaseDown. Every write is durable when its
 * query resolves: `synchronous_commit` is set on each connection, whatever the role's default.
 */
export type Database = {
  query<Row extends pg.QueryResultRow = Record<string, unknown>>(
    text: string,
    values?: unknown[],
  ): Promise<Row[]>;
  /** Commits when `work` resolves, rolls back when it throws. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** A transaction in which, of what is contributors', only this one's rows are there (ACC32). */
  asContributor<T>(handle: string, work: (query: Query) => Promise<T>): Promise<T>;
  /** False when it does not answer within a second. */
  answers(): Promise<boolean>;
  close(): Promise<void>;
};

export type Query = Database['query'];

/** Set for one transaction; empty: the server's own work, which is about everybody's. */
export const CONTRIBUTOR_SETTING = 'aboveboard.contributor';

/** It does not answer, or went away in the middle: what was asked may or may not have happened. Ask again. */
export class DatabaseDown extends Error {
  override readonly name = 'DatabaseDown';
}

// Counts and sizes stay far below 2^53, and a date here is a day, not an instant.
export const databaseTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === pg.types.builtins.INT8) return Number;
    if (oid === pg.types.builtins.DATE) return String;
    return pg.types.getTypeParser(oid, format as 'text');
  },
} as pg.CustomTypesConfig;

/** `role`: taken on by each connection, instead of that of whoever signed in (ACC30). */
export function openDatabase(url: string, size = 10, role?: string): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: 5000,
    // A query that takes longer than this is stuck, and its caller with it.
    statement_timeout: 30_000,
    query_timeout: 35_000,
    application_name: 'aboveboard',
    types: databaseTypes,
    onConnect: async (client) => {
      await client.query('set synchronous_commit = on');
      if (role !== undefined) await client.query(`set role ${pg.escapeIdentifier(role)}`);
    },
  });
  // An idle connection that breaks is discarded by the pool; the next query finds out for itself.
  pool.on('error', () => undefined);

  async function asDown<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw isDown(cause) ? new DatabaseDown('the database does not answer', { cause }) : cause;
    }
  }

  const transaction: Database['transaction'] = (work) =>
    asDown(async () => {
      const client = await pool.connect();
      // Without a listener a connection that breaks between two queries would end the process.
      const ignore = () => undefined;
      client.on('error', ignore);
      let broken: Error | undefined;
      try {
        await client.query('begin');
        const result = await work(async (text, values) => (await client.query(text, values)).rows);
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((cause: Error) => {
          broken = cause;
        });
        throw error;
      } finally {
        client.off('error', ignore);
        client.release(broken);
      }
    });

  return {
    query: (text, values) => asDown(async () => (await pool.query(text, values)).rows),
    transaction,
    asContributor: (handle, work) =>
      transaction(async (query) => {
        await query('select set_config($1, $2, true)', [CONTRIBUTOR_SETTING, handle]);
        return work(query);
      }),
    async answers() {
      const late = AbortSignal.timeout(1000);
      const timeout = new Promise<false>((resolve) => late.addEventListener('abort', () => resolve(false)));
      return Promise.race([
        pool.query('select 1').then(
          () => true,
          () => false,
        ),
        timeout,
      ]);
    },
    close: () => pool.end(),
  };
}

/** Classes 08 (connection), 53 (resources), 57P (shutdown), 58 (system), and everything without a SQLSTATE. */
function isDown(error: unknown): boolean {
  if (error instanceof DatabaseDown) return true;
  if (error instanceof pg.DatabaseError) return /^(08|53|57P|58)/.test(error.code ?? '');
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code && /^(ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_)/.test(code)) return true;
  const message = error instanceof Error ? error.message : '';
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|not queryable/i.test(
    message,
  );
}
