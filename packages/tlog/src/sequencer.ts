import type { LogHead, LogStorage } from './log-storage.ts';
import type { NoteSigner } from './signer.ts';

export type SequencerOptions = {
  storage: LogStorage;
  origin: string;
  /** `logSigners`; the first signs the text itself. */
  signers: readonly NoteSigner[];
  limits?: Partial<SequencerLimits>;
};

export type SequencerLimits = {
  /** Entries of one step. */
  batch: number;
  /** Entries that wait; more are refused with `full`. */
  waiting: number;
  /** Times that a step is tried again after another process moved the head. */
  tries: number;
};

/** Appends to one log. Several may work on one store, in several processes: the head moves by compare-and-swap. */
export interface Sequencer {
  /**
   * Resolves when the entry, its tiles and the signed head that covers it are durable. Rejects with LogError:
   * `too-large`, `full` and `storage` if nothing was written, `outcome-unknown` if nobody can tell.
   */
  append(entry: Uint8Array, options?: { key?: string }): Promise<{ index: number }>;
  /** The newest head that this sequencer knows to be durable. */
  head(): LogHead;
}

/** Makes the log if the store has none. Refuses a head that `signers` did not sign or that its tiles do not hash to. */
export declare function openSequencer(options: SequencerOptions): Promise<Sequencer>;
