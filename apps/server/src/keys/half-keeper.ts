import type { KeyHalf } from '@aboveboard/vault/key-half';
import type { Envelope } from '@aboveboard/vault/keyring';

/**
 * Whoever keeps the other half of every key (spec/vault.md, VLT50-VLT59): the representative's guardian, on a machine of
 * hers. Every call may be repeated with the same effect. Throws Refusal: `unavailable` where it does not answer,
 * `not-allowed` where it gives nothing, and then nothing is opened.
 */
export type HalfKeeper = {
  /** Whom devices seal to if they believe the server; null: the rules log says it, and they believe that. */
  readonly recipient: string | null;
  /** What it says of its recipient itself; only a demonstration's made-up representative signs that unseen. */
  saidRecipient(): Promise<string | null>;
  /** On its disk when it resolves. Refusal `refused` for an envelope that holds no half of this recording for it. */
  keep(recording: string, envelope: Envelope): Promise<void>;
  /** What it gives for this access, sealed to this job; those that it does not hold are not among them. */
  give(asked: HalfRequest): Promise<Map<string, KeyHalf>>;
  /** Gone from its disk when it resolves, but for those that it keeps for a hold that it was shown (HLD30). */
  destroy(erased: ErasedRecordings): Promise<{ held: readonly string[] }>;
};

export type HalfRequest = {
  grant: Uint8Array;
  notes: readonly Uint8Array[];
  entry: Uint8Array;
  proof: Uint8Array;
  /** Of one access: an answer that was lost is asked for again under the same (GRD70). */
  job: Job;
  recordings: readonly string[];
};

/** The age identity of one job, in memory, and the note with which the grant's key vouches for its recipient. */
export type Job = { identity: string; note: Uint8Array };

/** What is erased, and the entry of the log that says so; legal holds that put some of it off, each with its own entry. */
export type ErasedRecordings = {
  recordings: readonly string[];
  entry: Uint8Array;
  proof: Uint8Array;
  holds?: readonly ProvedHold[];
};
export type ProvedHold = {
  document: Uint8Array;
  notes: readonly Uint8Array[];
  entry: Uint8Array;
  proof: Uint8Array;
};
