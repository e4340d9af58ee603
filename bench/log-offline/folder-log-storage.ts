import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeBundle, parseBundle } from '@aboveboard/tlog/entry-bundle';
import { orThrow } from '@aboveboard/tlog/log-fault';
import type { LogHead, LogStep, LogStorage } from '@aboveboard/tlog/log-storage';
import { TILE_WIDTH, tilePath, tileWidth } from '@aboveboard/tlog/tile';

/** A log as the files that tlog-tiles serves, for the benchmark: full and newest tiles and bundles, nothing synced. */
export class FolderLogStorage implements LogStorage {
  private readonly folder: string;
  private kept: LogHead | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  async head(): Promise<LogHead | null> {
    return this.kept;
  }

  async advance({ from, head, entries, tiles }: LogStep): Promise<boolean> {
    if ((this.kept?.size ?? null) !== from) return false;
    let start = from ?? 0;
    let rest = entries.map(({ bytes }) => bytes);
    while (rest.length > 0) {
      const number = Math.floor(start / TILE_WIDTH);
      const before = start % TILE_WIDTH === 0 ? [] : await this.entries(number * TILE_WIDTH, start);
      const bundle = [...before, ...rest.slice(0, TILE_WIDTH - before.length)];
      this.write('entries', number, encodeBundle(bundle));
      rest = rest.slice(TILE_WIDTH - before.length);
      start = number * TILE_WIDTH + bundle.length;
    }
    for (const { level, number, hashes } of tiles) this.write(level, number, hashes);
    this.kept = head;
    writeFileSync(join(this.folder, 'checkpoint'), head.checkpoint);
    return true;
  }

  async tile(level: number, number: number): Promise<Uint8Array | null> {
    const path = this.path(level, number);
    if (!existsSync(path)) return null;
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  }

  async entries(start: number, end: number): Promise<Uint8Array[]> {
    const found: Uint8Array[] = [];
    for (let number = Math.floor(start / TILE_WIDTH); number * TILE_WIDTH < end; number++) {
      const bytes = new Uint8Array(readFileSync(this.path('entries', number)));
      const bundle = orThrow(parseBundle(bytes, tileWidth('entries', number, this.kept?.size ?? 0)));
      const first = number * TILE_WIDTH;
      found.push(...bundle.slice(Math.max(0, start - first), end - first));
    }
    return found;
  }

  private write(level: number | 'entries', number: number, bytes: Uint8Array): void {
    const path = this.path(level, number);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }

  private path(level: number | 'entries', number: number): string {
    return join(this.folder, tilePath({ level, number, width: TILE_WIDTH }));
  }
}
