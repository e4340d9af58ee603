import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

/**
 * What the representative lists of this recorder (RUL15, GATE24), hex; its own word. Of one that is a single program the
 * digest of that program, with Node and everything of others in it (DST3); of one from a folder of sources `buildDigest`.
 */
export async function ownBuild(): Promise<string> {
  if (isSea()) return programDigest(OWN_PROGRAM);
  return buildDigest(fileURLToPath(new URL('../../../../', import.meta.url)), RECORDER_FOLDERS);
}

/** The kernel's name for what runs, also after another file took its place. */
const OWN_PROGRAM = '/proc/self/exe';

/** As `sha256sum` says it. */
export async function programDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/**
 * SHA-256 of the list of source files in these folders, hex. The list is that of `sha256sum`, one line a file, in the order of their names.
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
