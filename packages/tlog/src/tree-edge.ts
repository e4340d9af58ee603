import type { StoredTile } from './log-storage.ts';
import { EMPTY_ROOT, HASH_BYTES, type Hash } from './merkle.ts';
import { edgeTiles, hashesOf, nodeOfTile, TILE_LEVELS, TILE_WIDTH, tileOfNode } from './tile.ts';
import { foldNodes, nodesOf } from './tree-range.ts';

/**
 * The right edge of a tree: its partial tiles, one a level. All that is needed to append to it and to know
 * its root, at most 57 KB however large the tree.
 */
export class TreeEdge {
  readonly size: number;
  /** By level; the hashes of its last tile while that is partial, fewer than 256. */
  private readonly levels: readonly (readonly Hash[])[];

  private constructor(size: number, levels: readonly (readonly Hash[])[]) {
    this.size = size;
    this.levels = levels;
  }

  static empty(): TreeEdge {
    return new TreeEdge(
      0,
      Array.from({ length: TILE_LEVELS }, () => []),
    );
  }

  /** From the tiles that `edgeTiles(size)` names, in its order; each has its width or more. RangeError otherwise. */
  static of(size: number, tiles: readonly Uint8Array[]): TreeEdge {
    const levels: Hash[][] = Array.from({ length: TILE_LEVELS }, () => []);
    for (const [i, { level, width }] of edgeTiles(size).entries()) {
      const tile = tiles[i];
      if (!tile || tile.length < width * HASH_BYTES) throw new RangeError('a tile of the edge is too short');
      levels[level] = hashesOf(Uint8Array.from(tile.subarray(0, width * HASH_BYTES)));
    }
    return new TreeEdge(size, levels);
  }

  root(): Hash {
    if (this.size === 0) return EMPTY_ROOT;
    const hashes = nodesOf({ start: 0, end: this.size }).map((node) => {
      const { level, first, count } = tileOfNode(node);
      return nodeOfTile(joined(this.levels[level] ?? []), first, count);
    });
    return foldNodes(hashes);
  }

  /** The edge after these leaves, and every tile that they changed, whole from its beginning. */
  append(leaves: readonly Hash[]): { edge: TreeEdge; tiles: StoredTile[] } {
    const levels = this.levels.map((hashes) => [...hashes]);
    const tiles: StoredTile[] = [];
    let added = leaves;
    let before = this.size;
    for (let level = 0; level < TILE_LEVELS && added.length > 0; level++) {
      const hashes = [...(levels[level] ?? []), ...added];
      const full: Hash[] = [];
      let number = Math.floor(before / TILE_WIDTH);
      for (let at = 0; at < hashes.length; at += TILE_WIDTH) {
        const tile = joined(hashes.slice(at, at + TILE_WIDTH));
        tiles.push({ level, number: number++, hashes: tile });
        if (tile.length === TILE_WIDTH * HASH_BYTES) full.push(nodeOfTile(tile, 0, TILE_WIDTH));
      }
      levels[level] = hashes.slice(full.length * TILE_WIDTH);
      before = Math.floor(before / TILE_WIDTH);
      added = full;
    }
    return { edge: new TreeEdge(this.size + leaves.length, levels), tiles };
  }
}

function joined(hashes: readonly Hash[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES);
  for (const [i, hash] of hashes.entries()) bytes.set(hash, i * HASH_BYTES);
  return bytes;
}
