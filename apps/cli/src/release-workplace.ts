import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type ReleaseManifest, shardName } from '@aboveboard/dataset/release/release-manifest';
import { takeProcessLock } from '@aboveboard/server/process-lock';
import { CommandFailure, UsageError } from './command.ts';
import { openWorkbench, type Workbench, writeWhole } from './release-workbench.ts';

/**
 * Where a release is built, so that a build that was killed can go on (REL5). Beside the folder that it becomes, under a name that
 * begins with a dot: `job.json` with the salt of the secret and the day, `tasks.jsonl` with what the manifest will say of each task that is
 * done, and the sealed shards. There is no plaintext, no key and no secret in it.
 */
export type Workplace = Workbench & {
  /** Of this build alone; says nothing of its salt. */
  id: string;
  folder: string;
  salt: Uint8Array;
  /** On which it began, by UTC; one that goes on keeps it, so that it comes to the same bytes. */
  day: string;
  /** Tasks that the build before had finished. */
  found: number;
  /** The folder gets its name, with what the manifest names and nothing else, and the salt goes. */
  finish(manifest: ReleaseManifest): Promise<void>;
  /** Nothing of it remains. */
  discard(): Promise<void>;
  /** For a run that goes on later. */
  leave(): void;
};

/**
 * `job`: what is built of what; a workplace of another job is emptied. Throws UsageError where something is in the way, CommandFailure
 * where another process builds.
 */
export async function openWorkplace(folder: string, job: unknown): Promise<Workplace> {
  const target = resolve(folder);
  const working = join(dirname(target), `.${basename(target)}.building`);
  const at = (...names: string[]) => join(working, ...names);
  await mkdir(dirname(target), { recursive: true });
  const there = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new UsageError('--out is not a folder.', { cause: error });
  });
  const bench = openWorkbench(working);
  const unlock = takeProcessLock(`${working}.lock`);
  if (!unlock) throw new CommandFailure('Another process builds into that folder.');
  const discard = async () => {
    await rm(working, { recursive: true, force: true });
    unlock();
  };
  if (there !== null && there.length > 0) {
    // Perhaps it was killed after the folder had its name: then the salt is still there.
    await discard();
    throw new UsageError('--out is a folder that is not empty.');
  }
  try {
    const digest = createHash('sha256').update(JSON.stringify(job)).digest('hex');
    let begun = await begunOf(at('job.json'), digest);
    if (!begun) {
      await rm(working, { recursive: true, force: true });
      await mkdir(at('release', 'shards'), { recursive: true, mode: 0o700 });
      const day = new Date().toISOString().slice(0, 10);
      begun = { salt: new Uint8Array(randomBytes(32)), day };
      const hex = Buffer.from(begun.salt).toString('hex');
      const said = { format: 'aboveboard-build', job: digest, salt: hex, day };
      writeWhole(working, 'job.json', JSON.stringify(said));
    }
    const { salt, day } = begun;
    await bench.refresh();
    return {
      ...bench,
      id: createHash('sha256').update('aboveboard build v1').update(salt).digest('hex').slice(0, 32),
      folder: working,
      salt,
      day,
      found: bench.finished(),
      async finish({ tasks }) {
        const named = new Set(tasks.flatMap(({ shards }) => shards.map(({ sha256 }) => shardName(sha256))));
        for (const name of await readdir(at('release', 'shards')))
          if (!named.has(`shards/${name}`)) await rm(at('release', 'shards', name));
        if (there !== null) await rm(target, { recursive: true });
        await rename(at('release'), target);
        await discard();
      },
      discard,
      leave: unlock,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** The salt of the build that lies in a folder, whatever it is of; null: none does. */
export async function saltIn(folder: string): Promise<Uint8Array | null> {
  return (await begunOf(join(folder, 'job.json'), null))?.salt ?? null;
}

async function begunOf(
  file: string,
  digest: string | null,
): Promise<{ salt: Uint8Array; day: string } | null> {
  try {
    const said = JSON.parse(await readFile(file, 'utf8')) as { job?: unknown; salt?: unknown; day?: unknown };
    if (
      (digest !== null && said.job !== digest) ||
      typeof said.salt !== 'string' ||
      !/^[0-9a-f]{64}$/.test(said.salt) ||
      typeof said.day !== 'string' ||
      !/^\d{4}-\d\d-\d\d$/.test(said.day)
    )
      return null;
    return { salt: new Uint8Array(Buffer.from(said.salt, 'hex')), day: said.day };
  } catch {
    return null;
  }
}
