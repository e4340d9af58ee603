/**
 * Where the sequencer keeps a log (spec/log.md, LOG80-LOG83). One step is one atomic write: there is no order
 * of writes to get wrong. Whoever implements it passes `log-storage-contract.ts`.
 */
export interface LogStorage {
  /** Null: there is no log yet. */
  head(): Promise<LogHead | null>;
  /**
   * Everything of the step or nothing, durable before it resolves to true. False, with nothing changed, if the
   * size of the head is not `step.from`. If it throws, the step may have happened or may still happen.
   */
  advance(step: LogStep): Promise<boolean>;
  /** The hashes of a tile as far as it is written, or null. May hold more than an older size had. */
  tile(level: number, number: number): Promise<Uint8Array | null>;
  /** The entries from `start` to before `end`, all of them below the size of the head. */
  entries(start: number, end: number): Promise<Uint8Array[]>;
  /** Index of the entry that was appended under `key`, or null. Absent: this store keeps no keys. */
  indexOf?(key: string): Promise<number | null>;
}

export type LogHead = {
  size: number;
  /** The signed note of this size. */
  checkpoint: Uint8Array;
};

export type LogStep = {
  /** Size of the head that this step was made from; null: it makes the log. */
  from: number | null;
  head: LogHead;
  /** Of the indexes from `from` on. */
  entries: readonly KeyedEntry[];
  /** Each takes the place of what is there at its level and number, and begins with it. */
  tiles: readonly StoredTile[];
};

/** `key`: of the caller, so that a retry after an unknown outcome is not a second entry. Unique in a log. */
export type KeyedEntry = { bytes: Uint8Array; key: string | null };
/** 1 to 256 hashes. */
export type StoredTile = { level: number; number: number; hashes: Uint8Array };
