import type { SignedCheckpoint } from './checkpoint.ts';
import type { Hash } from './merkle.ts';
import type { PolicyVerdict } from './policy.ts';

/** A tree whose root is trusted (its checkpoint was verified), read from a source that is not. */
export interface LogReader {
  readonly size: number;
  readonly root: Hash;
  /** Every entry from `start` on, in order, each proved under the root before it is given. Bounded memory. */
  entries(start?: number): AsyncIterable<{ index: number; entry: Uint8Array }>;
  entry(index: number): Promise<Uint8Array>;
  inclusionProof(index: number): Promise<Hash[]>;
  /** From the tree of `size` entries; 1 to the size of this one. */
  consistencyProof(size: number): Promise<Hash[]>;
  /** The root that this tree had at `size`. */
  rootAt(size: number): Promise<Hash>;
}

export type VerifiedHead = { signed: SignedCheckpoint; verdict: PolicyVerdict; reader: LogReader };
