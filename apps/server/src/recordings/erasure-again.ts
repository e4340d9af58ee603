import type { Database } from '../database/database.ts';

/**
 * Everything that was erased here is to be destroyed once more (BAK46): what came out of a backup may have halves of it again. The
 * server does it as whatever a kill left undone, with an entry of the log. How many recordings it is.
 */
export async function eraseAgain(database: Pick<Database, 'query'>): Promise<number> {
  const rows = await database.query('update erasure set finished = false where finished returning recording');
  return rows.length;
}
