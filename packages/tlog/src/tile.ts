import { HASH_BYTES, type Hash, nodesAbove } from './merkle.ts';
import type { NodeAt } from './tree-range.ts';

/**
 * Tiles of tlog-tiles: 256 hashes of one level each, of height 8 (spec/log.md, LOG20-LOG25). Where they lie,
 * and how a node is read from one.
 */
export const TILE_HEIGHT = 8;
export const TILE_WIDTH = 256;
/** Level 6 is the highest that a tree of 2^53 - 1 entries has. */
export const TILE_LEVELS = 7;

export type TileAt = {
  /** `entries`: the bundle of the entries themselves. */
  level: number | 'entries';
  number: number;
  /** 256: the full tile. */
  width: number;
};

export function tilePath({ level, number, width }: TileAt): string {
  const digits = String(number);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.../g) as string[];
  const spelled = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${spelled}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const PATH = /^tile\/(entries|[0-9]|[1-5][0-9]|6[0-3])\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** Null for every path that `tilePath` does not write. */
export function parseTilePath(path: string): TileAt | null {
  const [, kind, written, partial] = PATH.exec(path) ?? [];
  if (kind === undefined || written === undefined) return null;
  const number = Number(written.replace(/[x/]/g, ''));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  if (!Number.isSafeInteger(number) || (partial !== undefined && width >= TILE_WIDTH)) return null;
  const at: TileAt = { level: kind === 'entries' ? kind : Number(kind), number, width };
  return tilePath(at) === path ? at : null;
}

/** How many hashes the tile has in a tree of `size` entries: 0 (it is not there) to 256. */
export function tileWidth(level: number | 'entries', number: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
  return Math.max(0, Math.min(TILE_WIDTH, hashes - number * TILE_WIDTH));
}

/** The tiles at the right edge of a tree, one a level, from the leaves up: with them its root is computed. */
export function edgeTiles(size: number): (TileAt & { level: number })[] {
  const tiles: (TileAt & { level: number })[] = [];
  for (let level = 0; level < TILE_LEVELS; level++) {
    const hashes = Math.floor(size / TILE_WIDTH ** level);
    const width = hashes % TILE_WIDTH;
    if (width > 0) tiles.push({ level, number: Math.floor(hashes / TILE_WIDTH), width });
  }
  return tiles;
}

/** The tile that holds a node, and where the node is in it: `first` to before `first + count` fold to it. */
export function tileOfNode({ level, index }: NodeAt): {
  level: number;
  number: number;
  first: number;
  count: number;
} {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level % TILE_HEIGHT);
  const at = index * count;
  return { level: tileLevel, number: Math.floor(at / TILE_WIDTH), first: at % TILE_WIDTH, count };
}

/** The root over `count` hashes of a tile, a power of two, from `first`. */
export function nodeOfTile(tile: Uint8Array, first: number, count: number): Hash {
  let level: Uint8Array = tile.slice(first * HASH_BYTES, (first + count) * HASH_BYTES);
  while (level.length > HASH_BYTES) level = nodesAbove(level);
  return level;
}

export function hashesOf(tile: Uint8Array): Hash[] {
  const hashes: Hash[] = [];
  for (let at = 0; at < tile.length; at += HASH_BYTES) hashes.push(tile.subarray(at, at + HASH_BYTES));
  return hashes;
}

/** A tile with every full node over its hashes, each computed once: proofs ask for many of one tile. */
export class HashedTile {
  readonly hashes: Uint8Array;
  /** By height: 256, 128, ... 1 hashes of a full tile. */
  private readonly heights: Uint8Array[];

  constructor(hashes: Uint8Array) {
    this.hashes = hashes;
    this.heights = [hashes];
    for (let below = hashes; below.length >= 2 * HASH_BYTES; ) {
      below = nodesAbove(below);
      this.heights.push(below);
    }
  }

  /** The root over `count` of its hashes, a power of two, from `first`, a multiple of it. */
  node(first: number, count: number): Hash {
    const at = (first / count) * HASH_BYTES;
    return (this.heights[Math.log2(count)] as Uint8Array).slice(at, at + HASH_BYTES);
  }
}
