import type { LogStorage } from '@aboveboard/tlog/log-storage';
import { readStoredTile } from '@aboveboard/tlog/stored-log';
import type { TileAt } from '@aboveboard/tlog/tile';

/** A log as everyone may read it (spec/log-service.md, LGS20-LGS22, LGS33). */
export type ServedLog = {
  /** One a line, Ed25519 first. */
  readonly verifierKeys: Uint8Array;
  /** A signed note; null: the log has no head. */
  checkpoint(): Promise<Uint8Array | null>;
  /** Null: the log has not grown so far. */
  tile(at: TileAt): Promise<Uint8Array | null>;
};

export function makeServedLog(parts: {
  storage: LogStorage;
  verifierKeys: readonly string[];
  /** The newest checkpoint under the quorum; absent: no policy asks for one. */
  witnessed?: () => Promise<Uint8Array | null>;
}): ServedLog {
  const { storage, verifierKeys, witnessed } = parts;
  return {
    verifierKeys: new TextEncoder().encode(verifierKeys.map((key) => `${key}\n`).join('')),
    checkpoint: async () => (await witnessed?.()) ?? (await storage.head())?.checkpoint ?? null,
    tile: (at) => readStoredTile(storage, at),
  };
}
