import { appendFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ExportSink } from '@aboveboard/dataset/export/export-recording';
import { UsageError } from './command.ts';

/** A folder that is there whole or not at all: it gets its name when everything is in it. */
export type FolderSink = ExportSink & { finish(): Promise<void>; discard(): Promise<void> };

/** Throws UsageError where something is in the way. Only the owner can read what is written. */
export async function openFolderSink(folder: string): Promise<FolderSink> {
  const target = resolve(folder);
  const there = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new UsageError('--out is not a folder.', { cause: error });
  });
  if (there !== null && there.length > 0) throw new UsageError('--out is a folder that is not empty.');
  await mkdir(dirname(target), { recursive: true });
  const working = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  const made = new Set<string>();
  const place = async (name: string): Promise<string> => {
    if (!/^[\w.-]+(\/[\w.-]+){0,3}$/.test(name) || name.includes('..'))
      throw new TypeError('not a name of an export');
    const path = join(working, name);
    if (!made.has(dirname(path))) await mkdir(dirname(path), { recursive: true });
    made.add(dirname(path));
    return path;
  };
  return {
    async write(name, bytes) {
      await writeFile(await place(name), bytes, { mode: 0o600, flag: 'wx' });
    },
    async append(name, bytes) {
      await appendFile(await place(name), bytes, { mode: 0o600 });
    },
    async finish() {
      if (there !== null) await rm(target, { recursive: true });
      await rename(working, target);
    },
    async discard() {
      await rm(working, { recursive: true, force: true });
    },
  };
}
