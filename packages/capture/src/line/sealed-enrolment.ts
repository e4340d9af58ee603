/**
 * What stands between a code and a contributor on this device (ENR40): kept sealed before anything of it is
 * asked, so that a recorder that was ended asks the same again. Bytes base64url.
 */
export type SealedEnrolment = {
  /** Of the paper code, for enrolling and for a voice (ENR3); null: a demonstration's own code. */
  secrets: { enrol: string; ticket: string } | null;
  /** The session's token, drawn here. */
  session: string;
  /** Hex, in no relation to code, token or person (ENR7). */
  contributor: string;
  /** Shown until she has it, then destroyed (ENR43); `eraser` is what it is known by, hex. */
  eraseCode: string | null;
  eraser: string;
  /** What the guardian was asked, under which list and key; null: not yet. */
  ask: { list: string; issuer: string; seed: string; blinded: string; inverse: string } | null;
  /** The token's signature. */
  signature: string | null;
};
