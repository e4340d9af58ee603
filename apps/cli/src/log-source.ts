import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TileSource } from '@aboveboard/tlog/tile-source';

/** A log by its address (`https://.../log/rules`) or as a folder with `checkpoint` and `tile/` in it. */
export function logSource(where: string): TileSource {
  return /^https?:\/\//.test(where) ? servedSource(where.replace(/\/+$/, '')) : folderSource(resolve(where));
}

const PATIENCE = 60_000;

function servedSource(url: string): TileSource {
  return {
    async read(path, limit) {
      const answer = await fetch(`${url}/${path}`, {
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.status === 404) return null;
      if (!answer.ok) throw new Error(`the log answers ${answer.status}`);
      const pieces: Uint8Array[] = [];
      let length = 0;
      for await (const piece of answer.body ?? []) {
        length += piece.length;
        if (length > limit) throw new RangeError('more bytes than there can be');
        pieces.push(piece);
      }
      return new Uint8Array(Buffer.concat(pieces));
    },
  };
}

function folderSource(folder: string): TileSource {
  return {
    async read(path, limit) {
      const file = await open(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
        throw error;
      });
      if (!file) return null;
      try {
        const { size } = await file.stat();
        if (size > limit) throw new RangeError('more bytes than there can be');
        return new Uint8Array(await file.readFile());
      } finally {
        await file.close();
      }
    },
  };
}
