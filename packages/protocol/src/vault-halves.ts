import type { AskHalves, DestroyHalves, KeepHalf } from './guardian-halves.ts';

/**
 * What the server asks of a vault that is a process of its own (spec/vault.md, VLT90-VLT99), over a socket in the file
 * system. Bytes are base64url.
 *
 *   POST /vault/checked    KeepHalf -> 204; it would be kept
 *   POST /vault/kept       KeepHalf -> 204; the half is on the vault's disk
 *   POST /vault/given      AskHalves -> GivenVaultHalves
 *   POST /vault/held       HeldHalf -> 204; it is there still
 *   POST /vault/destroyed  DestroyHalves -> 204; the halves are there no more
 *   POST /vault/backed-up  {} -> BackedUpVault
 *
 * A refusal has the body VaultRefusal and says nothing of recordings that were not asked about.
 */
export type KeepVaultHalf = KeepHalf;
export type AskVaultHalves = AskHalves;
export type DestroyVaultHalves = DestroyHalves;
export type HeldHalf = { recording: string };

export type GivenVaultHalves = {
  /** An envelope for the job (SEAL30). */
  envelope: string;
  /** Of those asked for: never kept here. */
  missing: string[];
  /** Of those asked for: kept here, and gone. */
  destroyed: string[];
};

/** When the last backup of the vault was made, by its own word: seconds since 1970; null: never. */
export type BackedUpVault = { at: number | null };

export type VaultRefusal = {
  error: {
    code: VaultRefusalCode;
    message: string;
    faults?: { rule: string; at: string; message: string }[];
  };
};

export const VAULT_REFUSALS = {
  malformed: 400,
  /** Grant, entry, proof or job key do not hold; `faults` says why. */
  'not-granted': 403,
  unknown: 404,
  /** Another half of this recording is kept. */
  conflict: 409,
  destroyed: 410,
  /** There is no half of this recording for this vault in the envelope. */
  'cannot-open': 422,
  /** The envelope is sealed to no identity that this vault has, or not any more (VLT107). */
  'other-recipient': 422,
  /** The enrolment, the rules or the log could not be checked, or it is busy. */
  unavailable: 503,
} as const;
export type VaultRefusalCode = keyof typeof VAULT_REFUSALS;
