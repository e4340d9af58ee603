import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { diskLayer, type FileLayer } from '../blobs/file-layer.ts';
import { writeDurably } from '../keys/durable-file.ts';

/**
 * DATA/database-elsewhere: the tables of this folder are in a PostgreSQL that somebody else runs. Without it a start that forgot DATABASE_URL
 * would make an empty database beside keys that have signed, and with it a second history of both logs (BAK28).
 */
const NAME = 'database-elsewhere';

export async function noteDatabaseElsewhere(root: string, files: FileLayer = diskLayer): Promise<void> {
  if (existsSync(join(root, NAME))) return;
  await writeDurably(join(root, NAME), new TextEncoder().encode('DATABASE_URL\n'), files);
}

/** Throws a sentence where the built-in database would be started and is not this folder's. */
export function requireOwnDatabase(root: string): void {
  if (!existsSync(join(root, NAME))) return;
  throw new Error(
    `The tables of ${root} are in a database of yours: name it by DATABASE_URL. Nothing was started or changed.`,
  );
}
