/**
 * Where a log is read from, by the paths of tlog-tiles: a server, a folder, an archive. Nothing that it gives
 * is believed before it is verified.
 */
export interface TileSource {
  /**
   * `checkpoint`, `tile/0/000`, `tile/entries/x001/234.p/7`. Null: not there. Throws when it could not be asked.
   * Gives up, with an exception, on what has more than `limit` bytes.
   */
  read(path: string, limit: number): Promise<Uint8Array | null>;
}
