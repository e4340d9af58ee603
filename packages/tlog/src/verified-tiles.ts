import { fault, LogError } from './log-fault.ts';
import { HASH_BYTES, type Hash, sameHash } from './merkle.ts';
import { edgeTiles, HashedTile, TILE_WIDTH, tileOfNode, tilePath, tileWidth } from './tile.ts';
import type { TileSource } from './tile-source.ts';
import { TreeEdge } from './tree-edge.ts';
import { foldNodes, nodesOf, type TreeRange } from './tree-range.ts';

/**
 * Tiles of a tree whose root is trusted, from a source that is not (spec/log.md, LOG22, LOG23). The right edge
 * hashes to the root; every other tile is full, and its hash stands in the tile above it.
 */
export class VerifiedTiles {
  readonly size: number;
  readonly root: Hash;
  private readonly source: TileSource;
  /** Of the right edge: kept. Null before it was read. */
  private edge: Map<string, HashedTile> | null = null;
  /** Full tiles, the one used last at the end. */
  private readonly full = new Map<string, HashedTile>();
  private readonly kept: number;

  /** `kept`: full tiles that stay in memory, 16 KB each. */
  constructor(options: { source: TileSource; size: number; root: Hash; kept?: number }) {
    this.source = options.source;
    this.size = options.size;
    this.root = options.root;
    this.kept = options.kept ?? 64;
  }

  /** The hash of a range that is a subtree of this tree, and not empty. */
  async hash(range: TreeRange): Promise<Hash> {
    const hashes: Hash[] = [];
    for (const node of nodesOf(range)) {
      const { level, number, first, count } = tileOfNode(node);
      hashes.push((await this.hashed(level, number)).node(first, count));
    }
    return foldNodes(hashes);
  }

  /** As wide as this tree has it. LogError `unverified` or `unavailable`. */
  async tile(level: number, number: number): Promise<Uint8Array> {
    return (await this.hashed(level, number)).hashes;
  }

  private async hashed(level: number, number: number): Promise<HashedTile> {
    this.edge ??= await this.readEdge();
    const name = `${level}/${number}`;
    const known = this.edge.get(name) ?? this.full.get(name);
    if (known) {
      this.touch(name, known);
      return known;
    }
    const tile = new HashedTile(await this.fetch(level, number, TILE_WIDTH));
    const above = await this.tile(level + 1, Math.floor(number / TILE_WIDTH));
    const at = (number % TILE_WIDTH) * HASH_BYTES;
    if (!sameHash(tile.node(0, TILE_WIDTH), above.subarray(at, at + HASH_BYTES))) {
      throw new LogError(
        'unverified',
        fault('LOG23', tilePath({ level, number, width: TILE_WIDTH }), 'is not what the tile above says'),
      );
    }
    this.touch(name, tile);
    return tile;
  }

  private async readEdge(): Promise<Map<string, HashedTile>> {
    const at = edgeTiles(this.size);
    const tiles: Uint8Array[] = [];
    for (const { level, number, width } of at) tiles.push(await this.fetch(level, number, width));
    if (!sameHash(TreeEdge.of(this.size, tiles).root(), this.root)) {
      throw new LogError('unverified', fault('LOG22', 'tiles', 'the right edge does not hash to the root'));
    }
    return new Map(
      at.map(({ level, number }, i) => [`${level}/${number}`, new HashedTile(tiles[i] as Uint8Array)]),
    );
  }

  private async fetch(level: number, number: number, width: number): Promise<Uint8Array> {
    if (tileWidth(level, number, this.size) < width) throw new RangeError('not a tile of this tree');
    const bytes = await fetchTile(this.source, { level, number, width });
    if (bytes.length === width * HASH_BYTES) return bytes;
    throw new LogError(
      'unverified',
      fault('LOG21', tilePath({ level, number, width }), 'has not its length'),
    );
  }

  private touch(name: string, tile: HashedTile): void {
    if (this.edge?.has(name)) return;
    this.full.delete(name);
    this.full.set(name, tile);
    for (const oldest of this.full.keys()) {
      if (this.full.size <= this.kept) break;
      this.full.delete(oldest);
    }
  }
}

/** A partial tile that is gone because the full one is there is the beginning of that (LOG25). */
async function fetchTile(
  source: TileSource,
  at: { level: number; number: number; width: number },
): Promise<Uint8Array> {
  const partial = await readPath(source, tilePath(at), at.width * HASH_BYTES);
  if (partial) return partial;
  const whole =
    at.width < TILE_WIDTH &&
    (await readPath(source, tilePath({ ...at, width: TILE_WIDTH }), TILE_WIDTH * HASH_BYTES));
  if (whole) return whole.slice(0, at.width * HASH_BYTES);
  throw new LogError('unavailable', fault('LOG25', tilePath(at), 'is not there'));
}

/** What the source throws becomes `unavailable`, and what is longer than `limit` is refused. */
export async function readPath(source: TileSource, path: string, limit: number): Promise<Uint8Array | null> {
  let bytes: Uint8Array | null;
  try {
    bytes = await source.read(path, limit);
  } catch (cause) {
    throw new LogError('unavailable', fault('LOG25', path, 'could not be read'), { cause });
  }
  if (bytes && bytes.length > limit)
    throw new LogError('unverified', fault('LOG21', path, 'has too many bytes'));
  return bytes;
}
