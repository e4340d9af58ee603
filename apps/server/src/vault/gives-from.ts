import { join } from 'node:path';
import { diskLayer, type FileLayer } from '../blobs/file-layer.ts';
import { writeDurably } from '../keys/durable-file.ts';

/**
 * `gives-from` in a vault's folder that came out of a backup (BAK45): accesses that were entered before are not given for. What the
 * vault gave after the backup stands in no journal any more, and one access is for one job (VLT93).
 */
export async function readGivesFrom(data: string): Promise<number | null> {
  const path = join(data, 'gives-from');
  const bytes = await diskLayer.read(path);
  if (!bytes) return null;
  const text = new TextDecoder().decode(bytes);
  if (/^\d{1,12}\n$/.test(text)) return Number(text);
  throw new Error(`${path} holds no time. Restore the vault from its backup again.`);
}

/** Seconds since 1970. */
export async function writeGivesFrom(folder: string, at: number, files: FileLayer): Promise<void> {
  await writeDurably(join(folder, 'gives-from'), new TextEncoder().encode(`${at}\n`), files);
}
