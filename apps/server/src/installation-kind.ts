import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './database/database.ts';

export type InstallationKind = 'demonstration' | 'production';

/**
 * Binds a database to its data folder, and both to what they are for good. A demonstration never becomes
 * production: its keys, codes and agreement protect nobody. Without `kind` (a command) nothing is decided.
 */
export async function claimDatabase(
  database: Database,
  root: string,
  kind?: InstallationKind,
): Promise<void> {
  const folder = folderId(root);
  const [claimed] = await database.query<{ folder: string; kind: InstallationKind }>(
    'select folder, kind from installation',
  );
  if (claimed && claimed.folder !== folder) {
    throw new Error(
      `The database belongs to another data folder than ${root}: parts would be looked for where they are not. ` +
        'Give the folder that it was made with, or an empty database.',
    );
  }
  if (!kind || claimed?.kind === kind) return;
  if (claimed) {
    throw new Error(
      claimed.kind === 'demonstration'
        ? `The data in ${root} are a demonstration's, and a production installation takes none of them. Choose another folder with --data.`
        : `The data in ${root} are a production installation's. A demonstration needs a folder of its own: choose one with --data.`,
    );
  }
  const [demonstration] = await database.query(
    `select 1 from recording where class = 'demonstration' limit 1`,
  );
  if (kind === 'production' && demonstration) {
    throw new Error(`There are demonstration recordings in ${root}. Choose another folder with --data.`);
  }
  await database.query('insert into installation (folder, kind) values ($1, $2)', [folder, kind]);
}

/** What the database says; null: nothing was decided yet. */
export async function installationKind(database: Pick<Database, 'query'>): Promise<InstallationKind | null> {
  const [row] = await database.query<{ kind: InstallationKind }>('select kind from installation');
  return row?.kind ?? null;
}

function folderId(root: string): string {
  const path = join(root, 'folder-id');
  if (!existsSync(path))
    writeFileSync(path, `${randomBytes(16).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  return readFileSync(path, 'utf8').trim();
}
