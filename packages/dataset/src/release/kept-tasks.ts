import { hex } from '@aboveboard/consent/canonical-json';
import { type ReleaseManifest, type ReleaseTaskEntry, shardName } from './release-manifest.ts';
import type { PlannedTask } from './release-plan.ts';
import type { ReleaseSecret } from './release-secret.ts';

/** A task as the manifest has it, and what it adds to the counts. */
export type BuiltTask = {
  entry: ReleaseTaskEntry;
  counts: Omit<ReleaseManifest['counts'], 'tasks'>;
};

/** `mark`: made with the secret of the release; without it nothing that was kept is believed. */
export type MarkedTask = BuiltTask & { mark: string };

/** Where a build leaves what it has finished. Whoever can write there controls all that comes back. */
export type KeptTasks = {
  /** Null: nothing was kept of it. */
  task(id: string): Promise<MarkedTask | null>;
  /** By the name that it was written under; null: it is not there. */
  shard(name: string): Promise<Uint8Array | null>;
  /** A task whose shards are written. */
  keep(said: MarkedTask): Promise<void>;
};

export type KeyedTask = { said: BuiltTask; key: Uint8Array };

/**
 * What an interrupted build had made of this task (REL5): it bears the mark that this release's secret gives it, and its sealed shards
 * are what it says. Null: it is made anew.
 */
export async function keptTask(
  release: string,
  { id }: PlannedTask,
  secret: ReleaseSecret,
  { kept, subtle }: { kept?: KeptTasks; subtle: Pick<SubtleCrypto, 'digest'> },
): Promise<KeyedTask | null> {
  const found = await kept?.task(id);
  if (!kept || !found) return null;
  const { entry, counts, mark } = found;
  const said: BuiltTask = { entry, counts };
  if (entry.id !== id || mark !== (await markOf(said, release, secret))) return null;
  for (const { sha256 } of entry.shards) {
    const sealed = await kept.shard(shardName(sha256));
    if (sealed === null || (await digestOf(sealed, subtle)) !== sha256) return null;
  }
  const digests = entry.shards.map(({ plain }) => plain.sha256);
  return { said, key: await shardKey(digests, { release, task: id }, secret) };
}

export function markOf(
  { entry, counts }: BuiltTask,
  release: string,
  secret: ReleaseSecret,
): Promise<string> {
  return secret.hex('mark of a task', release, JSON.stringify([entry, counts]));
}

/** One for each content: it never seals two (REL42). */
export function shardKey(
  digests: readonly string[],
  { release, task }: { release: string; task: string },
  secret: ReleaseSecret,
): Promise<Uint8Array> {
  return secret.bytes('key of shards', release, task, ...digests);
}

export async function digestOf(bytes: Uint8Array, subtle: Pick<SubtleCrypto, 'digest'>): Promise<string> {
  return hex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}
