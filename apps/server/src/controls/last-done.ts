import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskLayer } from '../blobs/file-layer.ts';
import { writeDurably } from '../keys/durable-file.ts';

/**
 * What somebody did by a command, and when it was done last: DATA/last-done/NAME, one line; of a vault of its own in its own
 * folder. A restored folder has none.
 */
export type DoneName = 'data-backup' | 'keys-backup' | 'vault-backup' | 'erasure-drill';

export async function noteDone(root: string, name: DoneName, at: number): Promise<void> {
  await mkdir(join(root, 'last-done'), { recursive: true, mode: 0o700 });
  const line = new TextEncoder().encode(`${new Date(at).toISOString()}\n`);
  await writeDurably(join(root, 'last-done', name), line, diskLayer);
}

/** Milliseconds since the epoch; null: never here. Throws for a file that says something else. */
export async function lastDone(root: string, name: DoneName): Promise<number | null> {
  const text = await readFile(join(root, 'last-done', name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const at = Date.parse(text.trim());
  if (Number.isNaN(at)) throw new Error('not a time');
  return at;
}
