import { encodeBundle } from '@aboveboard/tlog/entry-bundle';
import { leafHash, rootOf } from '@aboveboard/tlog/merkle';
import { parseTilePath, TILE_WIDTH } from '@aboveboard/tlog/tile';
import type { TileSource } from '@aboveboard/tlog/tile-source';

/** A log that lies whole on this device, as tiles: whoever reads it checks it as if a stranger gave it. */
export function keptLog(checkpoint: Uint8Array, entries: readonly Uint8Array[]): TileSource {
  const leaves = entries.map(leafHash);
  return {
    async read(path) {
      if (path === 'checkpoint') return checkpoint;
      const at = parseTilePath(path);
      if (!at) return null;
      const { level, number, width } = at;
      const first = number * TILE_WIDTH;
      if (level === 'entries') {
        return first + width <= entries.length ? encodeBundle(entries.slice(first, first + width)) : null;
      }
      const span = TILE_WIDTH ** level;
      if ((first + width) * span > leaves.length) return null;
      const hashes = Array.from({ length: width }, (_, i) =>
        rootOf(leaves.slice((first + i) * span, (first + i + 1) * span)),
      );
      const tile = new Uint8Array(width * 32);
      for (const [i, hash] of hashes.entries()) tile.set(hash, i * 32);
      return tile;
    },
  };
}
