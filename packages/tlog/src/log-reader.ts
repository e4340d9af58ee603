import { parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { BUNDLE_BYTES_LIMIT, parseBundle } from './entry-bundle.ts';
import { fault, LogError, orThrow } from './log-fault.ts';
import {
  consistencyFault,
  EMPTY_ROOT,
  HASH_BYTES,
  type Hash,
  inclusionFault,
  leafHash,
  sameHash,
} from './merkle.ts';
import { NOTE_BYTES_LIMIT } from './note.ts';
import { type Policy, type PolicyVerdict, verifyCheckpoint } from './policy.ts';
import type { LogProof } from './proof-file.ts';
import { TILE_WIDTH, tilePath, tileWidth } from './tile.ts';
import type { TileSource } from './tile-source.ts';
import { consistencyRanges, inclusionRanges, type TreeRange } from './tree-range.ts';
import { isSize } from './tree-size.ts';
import { readPath, VerifiedTiles } from './verified-tiles.ts';

/**
 * Reads a log whose checkpoint is trusted from a source that is not (spec/log.md, LOG22-LOG25, LOG32).
 * Everything that it gives is proved under the root first. LogError: `unavailable` for what the log must have
 * and the source did not give, `unverified` for what does not hold.
 */
export type OpenedLog = { signed: SignedCheckpoint; verdict: PolicyVerdict; reader: LogReader };

/** Fetches the checkpoint, holds it against the policy, and reads under it. */
export async function openLog(source: TileSource, policy: Policy): Promise<OpenedLog> {
  const bytes = await readPath(source, 'checkpoint', NOTE_BYTES_LIMIT);
  if (!bytes) throw new LogError('unavailable', fault('LOG60', 'checkpoint', 'is not there'));
  const signed = orThrow(parseCheckpoint(bytes));
  const verdict = orThrow(verifyCheckpoint(signed, policy), 'unverified');
  return { signed, verdict, reader: new LogReader({ source, ...signed.checkpoint }) };
}

export class LogReader {
  readonly size: number;
  readonly root: Hash;
  private readonly source: TileSource;
  private readonly tiles: VerifiedTiles;

  /** `size` and `root` are those of a checkpoint that was verified. */
  constructor(tree: { source: TileSource; size: number; root: Hash; keptTiles?: number }) {
    const { source, size, root, keptTiles } = tree;
    if (size === 0 && !sameHash(root, EMPTY_ROOT)) {
      throw new LogError('unverified', fault('LOG11', 'root', 'an empty tree has another'));
    }
    this.source = source;
    this.size = size;
    this.root = root;
    this.tiles = new VerifiedTiles({
      source,
      size,
      root,
      ...(keptTiles === undefined ? {} : { kept: keptTiles }),
    });
  }

  /** Every entry from `start` on, in order. One bundle at a time is in memory. */
  async *entries(start = 0): AsyncGenerator<{ index: number; entry: Uint8Array }> {
    if (!isSize(start)) throw new RangeError('not an index');
    for (let number = Math.floor(start / TILE_WIDTH); number * TILE_WIDTH < this.size; number++) {
      const first = number * TILE_WIDTH;
      for (const [i, entry] of (await this.bundle(number)).entries()) {
        if (first + i >= start) yield { index: first + i, entry };
      }
    }
  }

  async entry(index: number): Promise<Uint8Array> {
    this.inTree(index);
    const bundle = await this.bundle(Math.floor(index / TILE_WIDTH));
    return bundle[index % TILE_WIDTH] as Uint8Array;
  }

  async inclusionProof(index: number): Promise<Hash[]> {
    this.inTree(index);
    const proof = await this.hashes(inclusionRanges(index, this.size));
    const leaf = await this.tiles.hash({ start: index, end: index + 1 });
    const wrong = inclusionFault({ index, size: this.size, leaf, root: this.root, proof });
    if (wrong) throw new LogError('unverified', fault('LOG12', 'proof', wrong));
    return proof;
  }

  /** A `.tlog-proof` of this entry. `signed` is the checkpoint that this reads under. */
  async proof(index: number, signed: SignedCheckpoint): Promise<LogProof> {
    const { size, root } = signed.checkpoint;
    if (size !== this.size || !sameHash(root, this.root))
      throw new RangeError('not the checkpoint of this tree');
    return { index, hashes: await this.inclusionProof(index), signed, extra: null };
  }

  /** From the tree that this one was at `size`, 1 to its own. */
  async consistencyProof(size: number): Promise<Hash[]> {
    const root = await this.rootAt(size);
    const proof = await this.hashes(consistencyRanges({ start: 0, end: size }, this.size));
    const wrong = consistencyFault({ size1: size, size2: this.size, root1: root, root2: this.root, proof });
    if (wrong) throw new LogError('unverified', fault('LOG13', 'proof', wrong));
    return proof;
  }

  /** The root that this tree had when it had `size` entries. */
  async rootAt(size: number): Promise<Hash> {
    if (!Number.isSafeInteger(size) || size < 1 || size > this.size)
      throw new RangeError('not a size of this tree');
    return await this.tiles.hash({ start: 0, end: size });
  }

  /** Does this tree begin with the one of `size` and `root`? Every tree begins with the empty one. */
  async extends(size: number, root: Hash): Promise<boolean> {
    if (size > this.size) return false;
    return sameHash(size === 0 ? EMPTY_ROOT : await this.rootAt(size), root);
  }

  private async hashes(ranges: readonly TreeRange[]): Promise<Hash[]> {
    const hashes: Hash[] = [];
    for (const range of ranges) hashes.push(await this.tiles.hash(range));
    return hashes;
  }

  /** The entries of one bundle, each held against its leaf. */
  private async bundle(number: number): Promise<Uint8Array[]> {
    const width = tileWidth('entries', number, this.size);
    const leaves = await this.tiles.tile(0, number);
    const path = tilePath({ level: 'entries', number, width });
    const entries = await this.bundleEntries(number, width);
    for (const [i, entry] of entries.entries()) {
      if (!sameHash(leafHash(entry), leaves.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))) {
        throw new LogError('unverified', fault('LOG32', `${path} entry ${i}`, 'does not hash to its leaf'));
      }
    }
    return entries;
  }

  /** A partial bundle that is gone because the full one is there is the beginning of that (LOG25). */
  private async bundleEntries(number: number, width: number): Promise<Uint8Array[]> {
    for (const there of width < TILE_WIDTH ? [width, TILE_WIDTH] : [width]) {
      const path = tilePath({ level: 'entries', number, width: there });
      const bytes = await readPath(this.source, path, BUNDLE_BYTES_LIMIT);
      if (bytes) return orThrow(parseBundle(bytes, there), 'unverified').slice(0, width);
    }
    const path = tilePath({ level: 'entries', number, width });
    throw new LogError('unavailable', fault('LOG25', path, 'is not there'));
  }

  private inTree(index: number): void {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size)
      throw new RangeError('not an index of this tree');
  }
}
