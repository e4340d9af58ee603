import { encodeBundle } from './entry-bundle.ts';
import type { LogStorage } from './log-storage.ts';
import { HASH_BYTES } from './merkle.ts';
import { parseTilePath, TILE_WIDTH, type TileAt, tileWidth } from './tile.ts';
import type { TileSource } from './tile-source.ts';

/**
 * A log as it is read from outside, made of its store: a tile is the beginning of its row, a bundle is its
 * entries put together (LOG24). Every partial tile up to the head's size is there for good.
 */
export function storedLog(storage: LogStorage): TileSource {
  return {
    async read(path, limit) {
      const bytes =
        path === 'checkpoint' ? ((await storage.head())?.checkpoint ?? null) : await tileBytes(path);
      if (bytes && bytes.length > limit) throw new RangeError(`more than ${limit} bytes`);
      return bytes;
    },
  };

  async function tileBytes(path: string): Promise<Uint8Array | null> {
    const at = parseTilePath(path);
    return at && readStoredTile(storage, at);
  }
}

/** Null for a width that the log has not reached. */
export async function readStoredTile(storage: LogStorage, at: TileAt): Promise<Uint8Array | null> {
  const head = await storage.head();
  const { level, number, width } = at;
  if (!head || width < 1 || tileWidth(level, number, head.size) < width) return null;
  if (level === 'entries') {
    const start = number * TILE_WIDTH;
    return encodeBundle(await storage.entries(start, start + width));
  }
  const hashes = await storage.tile(level, number);
  if (!hashes || hashes.length < width * HASH_BYTES)
    throw new Error('a tile that the head needs is not there');
  return hashes.slice(0, width * HASH_BYTES);
}
