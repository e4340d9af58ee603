import type { Hash } from './merkle.ts';

/**
 * Two checkpoints of one log that can't both be true, with what shows it; anyone with the log's key verifies
 * it offline. `same-size`: two roots of one size. `entry`: two entries at one index, each proved.
 */
export type ForkEvidence =
  | { kind: 'same-size'; first: Uint8Array; second: Uint8Array }
  | { kind: 'entry'; first: Uint8Array; second: Uint8Array; index: number; proved: [EntryProof, EntryProof] };
export type EntryProof = { leaf: Hash; proof: Hash[] };
