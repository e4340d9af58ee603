import { createHash } from 'node:crypto';
import { createReadStream, existsSync, lstatSync, readdirSync } from 'node:fs';
import { link, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diskLayer, type FileLayer, syncFolder } from '../blobs/file-layer.ts';
import { BackupError } from './backup-fault.ts';
import {
  type BackupFile,
  type BackupManifest,
  formatManifest,
  MANIFEST,
  MANIFEST_BYTES_LIMIT,
  parseManifest,
} from './backup-manifest.ts';

/** The files of a backup: written one after another, and read without believing anything of them. */
export type FileWriter = {
  readonly written: readonly BackupFile[];
  write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<BackupFile>;
  /** The same file of an earlier backup under another name of it, if it still has those bytes; false: it has not. */
  adopt(file: BackupFile, earlier: string): Promise<boolean>;
  has(path: string): boolean;
  forget(path: string): Promise<void>;
  /** Every folder that was written to is durable when it resolves. */
  sync(): Promise<void>;
};

/** Below `folder`; files are 0600, folders 0700 (BAK7). */
export function makeFileWriter(folder: string, files: FileLayer = diskLayer): FileWriter {
  const written = new Map<string, BackupFile>();
  const folders = new Set<string>([folder]);

  async function below(path: string): Promise<string> {
    const parent = dirname(join(folder, path));
    if (!folders.has(parent)) await files.makeFolder(parent);
    for (let one = parent; one !== folder; one = dirname(one)) folders.add(one);
    return join(folder, path);
  }

  return {
    get written() {
      return [...written.values()];
    },
    async write(path, bytes) {
      const hash = createHash('sha256');
      let length = 0;
      const file = await files.create(await below(path));
      try {
        for await (const chunk of bytes) {
          hash.update(chunk);
          length += chunk.length;
          await file.write(chunk);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      const entry = { path, bytes: length, sha256: hash.digest('hex') };
      written.set(path, entry);
      return entry;
    },
    async adopt(file, earlier) {
      try {
        const found = await digestOf(earlier);
        if (found.sha256 !== file.sha256) return false;
        await link(earlier, await below(file.path));
      } catch {
        // Not there, on another disk, or one that has no links: then it is copied.
        return false;
      }
      written.set(file.path, file);
      return true;
    },
    has: (path) => written.has(path),
    async forget(path) {
      written.delete(path);
      await files.remove(join(folder, path));
    },
    async sync() {
      for (const one of folders) await syncFolder(files, one);
    },
  };
}

/** What is in a folder, under the name `as`. Names that begin with a dot are half written. A file that goes away meanwhile was destroyed, and is not wanted. */
export async function copyFolder(
  folder: string,
  as: string,
  writer: FileWriter,
  faults: string[],
): Promise<void> {
  if (!existsSync(folder)) return;
  for (const { path, kind } of walked(folder)) {
    if (path.split('/').some((name) => name.startsWith('.'))) continue;
    if (kind !== 'file') {
      faults.push(`${as}/${path}: is no plain file`);
      continue;
    }
    try {
      await writer.write(`${as}/${path}`, createReadStream(join(folder, path)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await writer.forget(`${as}/${path}`);
    }
  }
}

export async function writeManifest(
  folder: string,
  manifest: BackupManifest,
  files: FileLayer,
): Promise<void> {
  const file = await files.create(join(folder, MANIFEST));
  try {
    await file.write(formatManifest(manifest));
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(files, folder);
}

/** Throws BackupError: there is no whole manifest, or none that this program can go by. */
export async function readManifest(folder: string): Promise<BackupManifest> {
  const path = join(folder, MANIFEST);
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (!info?.isFile()) throw new BackupError('faulty', `${folder} is no whole backup: it has no manifest.`);
  if (info.size > MANIFEST_BYTES_LIMIT)
    throw new BackupError('faulty', `The manifest of ${folder} is larger than any can be.`);
  const file = await open(path);
  try {
    return parseManifest(await file.readFile(), folder);
  } finally {
    await file.close();
  }
}

/**
 * Reads all of a backup and holds it against its manifest. BackupError `faulty` names everything that is missing, cut off,
 * changed or too much; a link is never followed (BAK12).
 */
export async function checkFiles(
  folder: string,
  onProgress: (line: string) => void = () => undefined,
): Promise<BackupManifest> {
  const manifest = await readManifest(folder);
  const faults: string[] = [];
  const found = new Set<string>();
  for (const { path, kind } of walked(folder)) {
    if (kind === 'file') found.add(path);
    else faults.push(`${path}: is ${kind === 'link' ? 'a link' : 'no plain file'}`);
  }
  found.delete(MANIFEST);
  for (const [i, { path, bytes, sha256 }] of manifest.files.entries()) {
    if (i % 100 === 0) onProgress(`checking ${i} of ${manifest.files.length} files`);
    if (!found.delete(path)) {
      faults.push(`${path}: is missing`);
      continue;
    }
    const is = await digestOf(join(folder, path));
    if (is.bytes !== bytes) faults.push(`${path}: has ${is.bytes} bytes instead of ${bytes}`);
    else if (is.sha256 !== sha256) faults.push(`${path}: its bytes are not those that were backed up`);
    else if (path.startsWith('blobs/') && !path.endsWith(`/${sha256}`))
      faults.push(`${path}: is not named by the SHA-256 of its bytes`);
  }
  for (const path of found) faults.push(`${path}: nobody backed this up`);
  if (faults.length > 0) throw new BackupError('faulty', `The backup ${folder} is damaged:`, faults);
  return manifest;
}

export async function digestOf(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Everything below a folder but folders, with `/` between names; in order. */
export function* walked(
  folder: string,
  prefix = '',
): Generator<{ path: string; kind: 'file' | 'link' | 'other' }> {
  const entries = readdirSync(join(folder, prefix), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* walked(folder, path);
    else yield { path, kind: entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other' };
  }
}
