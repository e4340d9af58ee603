import { onConnection } from '../database/one-connection.ts';

/** Any number that nobody else uses in this database. */
const BUILD_LOCK = 4_870_005;

/**
 * `work` while no other command, on whichever computer, has one of `names` (REL123): a file says nothing to another computer that sees the
 * same folder. Null: another has one. The lock ends with its connection; who lost it writes the same bytes as who has it then (REL2).
 */
export async function alonePerName<T>(
  databaseUrl: string,
  names: readonly string[],
  work: () => Promise<T>,
): Promise<{ made: T } | null> {
  return onConnection(databaseUrl, async (client) => {
    for (const name of names) {
      const { rows } = await client.query('select pg_try_advisory_lock($1, hashtext($2)) as taken', [
        BUILD_LOCK,
        name,
      ]);
      if (rows[0]?.taken !== true) return null;
    }
    return { made: await work() };
  });
}
