/**
 * What the server asks of the representative's guardian about halves of keys (spec/guardian.md, GRD60-GRD86). Bytes
 * are base64url; the server is known by what it shows and by no session.
 *
 *   POST /halves            KeepHalf -> 204; the half is on the guardian's disk
 *   POST /halves/given      AskHalves -> GivenHalves
 *   POST /halves/destroyed  DestroyHalves -> 204; the halves are on it no more. 200 KeptHalves: all but those that a legal
 *                           hold keeps, which it gives to nobody any more
 *   GET  /halves/recipient  -> text: the age recipient that halves are sealed to, for the statement in the rules log
 *
 * A refusal has the body HalvesRefusal and says nothing of recordings that were not asked about.
 */
export type KeepHalf = {
  recording: string;
  /** The device's envelope (spec/sealing.md, SEAL26). */
  envelope: string;
  /** A note in which the log of uses signs the envelope's digest: `keepHalfText`. */
  note: string;
};

export type AskHalves = {
  /** The grant's document, and the notes of the parties about it. */
  grant: string;
  notes: string[];
  /** The entry of this access in the log of uses, and the proof that it is there. */
  entry: string;
  proof: string;
  /** The note with which the grant's key vouches for the recipient of this job. */
  jobKey: string;
  /** All that the entry names, in any order. */
  recordings: string[];
};

export type GivenHalves = {
  /** An envelope for the job (SEAL30). */
  envelope: string;
  /** Those of which the guardian holds none: imports, erased ones. */
  missing: string[];
};

export type DestroyHalves = {
  entry: string;
  proof: string;
  recordings: string[];
  /** Legal holds that keep some of them for now, if the guardian finds that they do (spec/hold.md, HLD30). */
  holds?: ShownHold[];
};

/** A hold, the notes of the parties about it, and its entry in the log of uses with its proof. */
export type ShownHold = { document: string; notes: string[]; entry: string; proof: string };

export type KeptHalves = { held: string[] };

export type HalvesRefusal = {
  error: {
    code: HalvesRefusalCode;
    message: string;
    faults?: { rule: string; at: string; message: string }[];
  };
};

export const HALVES_REFUSALS = {
  malformed: 400,
  /** Grant, entry, proof or job key do not hold; `faults` says why. */
  'not-granted': 403,
  /** The envelope is sealed to no identity that this guardian has, or not any more (GRD85). */
  'other-recipient': 422,
  /** Another half of this recording is kept. */
  conflict: 409,
  destroyed: 410,
  /** The representative's lock. */
  locked: 423,
  limit: 429,
  /** The rules or the log could not be checked. */
  unavailable: 503,
} as const;
export type HalvesRefusalCode = keyof typeof HALVES_REFUSALS;

/** `digest`: SHA-256 of the envelope, hex. */
export function keepHalfText(recording: string, digest: string): string {
  return `aboveboard half v1\n${recording}\nsha256 ${digest}\n`;
}
