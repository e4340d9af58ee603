/** Entries about a contributor are commitments under a fresh nonce that only she keeps (DESIGN.md). */
export interface Commitment {
  /** `commitment` and `nonce` are 32 bytes; the nonce is fresh from the given randomness for each call. */
  make(bytes: Uint8Array): Promise<{ commitment: Uint8Array; nonce: Uint8Array }>;
}
