import { hex } from './canonical-json.ts';
import { SEALED_BYTES, type SpokenRefusal, speak, verifySpoken } from './spoken.ts';
import type { TokenScope, VoiceToken } from './voice-token.ts';

/**
 * What makes a contributor at the server (spec/enrolment.md, ENR31-ENR34; T2, T11): a blind token, and by the
 * token's own key that this session and this erase code are to be hers. Who only saw the token, or carries the
 * claim, can do nothing else with it.
 */
export type EnrolmentClaim = {
  token: VoiceToken;
  /** 32 random bytes of the device's own; they become the session's token. */
  session: Uint8Array;
  /** What the erase code is known by (ENR8), hex. */
  eraser: string;
  /** Ed25519 by the token's key. */
  proof: Uint8Array;
};

export const SESSION_BYTES = 32;

export async function makeClaim(
  scope: TokenScope,
  given: Omit<EnrolmentClaim, 'proof'>,
  sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>,
  subtle: SubtleCrypto,
): Promise<EnrolmentClaim> {
  const { token } = given;
  const says = await claimLine(given, subtle);
  const { signature } = await speak({ scope, token, says, sealed: NOTHING_SEALED }, sign, subtle);
  return { ...given, proof: signature };
}

/** The nullifier, hex; or why it is refused. Never throws. */
export async function verifyClaim(
  claim: EnrolmentClaim,
  scope: TokenScope,
  issuer: CryptoKey,
  subtle: SubtleCrypto,
): Promise<{ ok: true; nullifier: string } | { ok: false; refusal: SpokenRefusal }> {
  if (claim.session.length !== SESSION_BYTES || !/^[0-9a-f]{64}$/.test(claim.eraser))
    return { ok: false, refusal: 'malformed' };
  const { token, proof: signature } = claim;
  const says = await claimLine(claim, subtle);
  return verifySpoken({ scope, token, says, sealed: NOTHING_SEALED, signature }, scope, issuer, subtle);
}

/** An enrolment has no words; what is signed has the form of everything that is said with a token. */
const NOTHING_SEALED = new Uint8Array(SEALED_BYTES);

async function claimLine(
  { session, eraser }: Pick<EnrolmentClaim, 'session' | 'eraser'>,
  subtle: SubtleCrypto,
): Promise<string> {
  const digest = new Uint8Array(await subtle.digest('SHA-256', session as Uint8Array<ArrayBuffer>));
  return `contributor ${hex(digest)} ${eraser}`;
}
