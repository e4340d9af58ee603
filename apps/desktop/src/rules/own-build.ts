import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/**
 * SHA-256 of the list of this recorder's source files, hex: what the representative lists (RUL15, GATE24). It is the
 * recorder's own word. The list is that of `sha256sum`, one line a file, in the order of their names.
 */
export async function buildDigest(root: string, folders: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const digest = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      lines.push(`${digest}  ${relative(root, path).split(sep).join('/')}\n`);
    }
  }
  const list = lines.toSorted((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('');
  return createHash('sha256').update(list).digest('hex');
}

/** What it is made of; the packages of others that it runs on are in no digest here. */
export const RECORDER_FOLDERS: readonly string[] = [
  'apps/desktop/src',
  ...['capture', 'consent', 'dataset', 'protocol', 'redact', 'review', 'tlog', 'vault'].map(
    (name) => `packages/${name}/src`,
  ),
];
