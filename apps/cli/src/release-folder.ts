import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  checkRelease,
  type ReleaseCheck,
  type ReleaseStore,
} from '@aboveboard/dataset/release/release-check';
import { type ReleaseManifest, readReleaseManifest } from '@aboveboard/dataset/release/release-manifest';
import { CommandFailure, UsageError } from './command.ts';

/** A release as it lies in a folder. */
export function releaseFolder(folder: string): ReleaseStore {
  return {
    async list() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length));
    },
    read: (name) => readFile(join(folder, name)).then((bytes) => new Uint8Array(bytes), absent),
  };
}

/** A folder with `plain/` in it is a set of plain shards (REL55). */
export async function checkReleaseFolder(folder: string): Promise<ReleaseCheck> {
  const there = await readdir(folder).catch(() => {
    throw new UsageError('There is no such folder.');
  });
  const plain = there.includes('plain');
  return checkRelease(releaseFolder(folder), { subtle: crypto.subtle, plain });
}

export async function readManifestIn(folder: string): Promise<{ manifest: ReleaseManifest; digest: string }> {
  const bytes = await releaseFolder(folder).read('release.json');
  if (bytes === null) throw new UsageError('There is no release.json in there.');
  const read = readReleaseManifest(bytes);
  if (!read.ok) {
    const faults = read.faults.map(({ rule, at, message }) => `${rule} at ${at}: ${message}`);
    throw new CommandFailure(`The manifest is faulty:\n${faults.join('\n')}`);
  }
  return { manifest: read.value, digest: createHash('sha256').update(bytes).digest('hex') };
}

/** Keys of a release's tasks; they are kept apart from it. */
export async function readReleaseKeys(file: string, release: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError('--keys is no file.');
  });
  const told = parsed(text);
  if (told?.['format'] !== 'aboveboard-release-keys' || typeof told['keys'] !== 'object')
    throw new CommandFailure('--keys is no file of keys.');
  if (told['release'] !== release) throw new CommandFailure('--keys is of another release.');
  return told['keys'] as Record<string, string>;
}

export const releaseGzip = {
  /** Without a time, and without the system that it was made on: the same bytes everywhere (REL2). */
  gzip(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(gzipSync(bytes, { level: 6 }));
    out[9] = 255;
    return out;
  },
  gunzip: (bytes: Uint8Array): Uint8Array => new Uint8Array(gunzipSync(bytes, { maxOutputLength: 1 << 30 })),
};

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown> | null;
  } catch {
    return null;
  }
}
