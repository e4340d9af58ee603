import { parseBundle } from '@aboveboard/tlog/entry-bundle';
import { leafHash } from '@aboveboard/tlog/merkle';
import { parseTilePath, type TileAt } from '@aboveboard/tlog/tile';
import type { TileSource } from '@aboveboard/tlog/tile-source';

/** Tiles as they were served, by their paths. */
export type Tiles = ReadonlyMap<string, Uint8Array>;

/**
 * A log of which the newest part lies on this device. Leaves are hashed from the bundles; whoever reads it checks
 * it as if a stranger gave it. `lacking` is told of the first path that a reader needs and that is not here.
 */
export function keptTiles(
  checkpoint: Uint8Array,
  tiles: Tiles,
  lacking: (path: string) => void = () => undefined,
): TileSource {
  const hashed = new Map<number, Uint8Array>();

  function leavesOf({ number, width }: TileAt): Uint8Array | null {
    const known = hashed.get(number) ?? hashesOf(widestBundle(tiles, number));
    if (!known) return null;
    hashed.set(number, known);
    return known.length >= width * 32 ? known.slice(0, width * 32) : null;
  }

  return {
    async read(path) {
      if (path === 'checkpoint') return checkpoint;
      const at = parseTilePath(path);
      const bytes = tiles.get(path) ?? (at?.level === 0 ? leavesOf(at) : null);
      if (bytes) return bytes;
      lacking(path);
      throw new Error('not on this device');
    },
  };
}

function widestBundle(tiles: Tiles, number: number): { bytes: Uint8Array; width: number } | null {
  let widest: { bytes: Uint8Array; width: number } | null = null;
  for (const [path, bytes] of tiles) {
    const at = parseTilePath(path);
    if (at?.level !== 'entries' || at.number !== number || at.width <= (widest?.width ?? 0)) continue;
    widest = { bytes, width: at.width };
  }
  return widest;
}

function hashesOf(bundle: { bytes: Uint8Array; width: number } | null): Uint8Array | null {
  const entries = bundle && parseBundle(bundle.bytes, bundle.width);
  if (!entries?.ok) return null;
  const hashes = new Uint8Array(entries.value.length * 32);
  for (const [i, entry] of entries.value.entries()) hashes.set(leafHash(entry), i * 32);
  return hashes;
}
