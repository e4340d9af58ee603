import { hex } from '@aboveboard/consent/canonical-json';
import type { ShownTree } from '../shown-tree.ts';
import { readPictureTar } from './picture-tar.ts';
import type { ReleaseStore } from './release-check.ts';
import { type ReleaseManifest, type ReleaseTaskEntry, shardName } from './release-manifest.ts';
import { type ReleasedTask, readTaskLines } from './released-task.ts';
import { readTreeLines } from './released-trees.ts';
import { openShard, type ShardKind } from './shard.ts';

/** Not what the manifest says, or not to be opened with that key: the reading ends there (REL54). */
export class ReleaseDamaged extends Error {
  override readonly name = 'ReleaseDamaged';
}

export type ReleaseReader = {
  /** What is in a shard, verified; null: the task has none of the kind. */
  plain(task: ReleaseTaskEntry, kind: ShardKind): Promise<Uint8Array | null>;
  task(task: ReleaseTaskEntry): Promise<ReleasedTask>;
  pictures(task: ReleaseTaskEntry): Promise<{ name: string; bytes: Uint8Array }[]>;
  trees(task: ReleaseTaskEntry): Promise<ShownTree[]>;
};

/** Reads tasks one by one, each verified before a byte of it is given. `keys` by task, hex. */
export function releaseReader(
  store: Pick<ReleaseStore, 'read'>,
  manifest: ReleaseManifest,
  keys: Readonly<Record<string, string>>,
  { subtle, gunzip }: { subtle: SubtleCrypto; gunzip: (bytes: Uint8Array) => Uint8Array },
): ReleaseReader {
  async function plain(task: ReleaseTaskEntry, kind: ShardKind): Promise<Uint8Array | null> {
    const shard = task.shards.find((one) => one.kind === kind);
    if (shard === undefined) return null;
    const key = Object.hasOwn(keys, task.id) ? keys[task.id] : undefined;
    if (key === undefined || !/^[0-9a-f]{64}$/.test(key))
      throw new ReleaseDamaged('there is no key for a task: it was taken back, or never given');
    const sealed = await store.read(shardName(shard.sha256));
    const bytes = Uint8Array.from(key.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    const opened =
      sealed && (await openShard(sealed, bytes, { release: manifest.id, task: task.id, kind }, subtle));
    if (!opened) throw new ReleaseDamaged('a shard is missing, damaged, or of another key');
    const digest = hex(new Uint8Array(await subtle.digest('SHA-256', opened as Uint8Array<ArrayBuffer>)));
    if (digest !== shard.plain.sha256) throw new ReleaseDamaged('a shard holds not what the manifest says');
    return opened;
  }
  return {
    plain,
    async task(task) {
      const bytes = await plain(task, 'steps');
      if (bytes === null) throw new ReleaseDamaged('a task has no steps');
      const read = readTaskLines(new TextDecoder().decode(gunzip(bytes)));
      if (read.id !== task.id) throw new ReleaseDamaged('a shard holds another task');
      return read;
    },
    async pictures(task) {
      const bytes = await plain(task, 'pictures');
      return bytes === null ? [] : readPictureTar(bytes);
    },
    async trees(task) {
      const bytes = await plain(task, 'trees');
      return bytes === null ? [] : readTreeLines(task.id, new TextDecoder().decode(gunzip(bytes)));
    },
  };
}
