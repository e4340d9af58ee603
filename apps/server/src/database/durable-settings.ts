import type { Database } from './database.ts';

/** Throws a sentence when this PostgreSQL acknowledges what a power cut would undo (UPL21, T14). */
export async function requireDurable(database: Pick<Database, 'query'>): Promise<void> {
  const [row] = await database.query<{ fsync: string; pages: string; version: number }>(
    `select current_setting('fsync') as fsync, current_setting('full_page_writes') as pages,
       current_setting('server_version_num')::integer as version`,
  );
  if (!row || row.version < 160_000) throw new Error('The database must be PostgreSQL 16 or newer.');
  if (row.fsync !== 'on' || row.pages !== 'on') {
    throw new Error(
      'The database runs with fsync or full_page_writes off: what it acknowledges would not outlive a power cut. ' +
        'Switch both on; nothing was changed.',
    );
  }
}
