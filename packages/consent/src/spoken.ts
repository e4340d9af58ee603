import { verifyEd25519 } from '@aboveboard/tlog/ed25519';
import { hex } from './canonical-json.ts';
import { nullifierOf, type TokenScope, type VoiceToken, verifyToken } from './voice-token.ts';

/**
 * A token spent for something said (spec/objection.md, OBJ5-OBJ9): an objection, a ballot, an enrolment. The
 * token's own key signs what is said, so that whoever carries it can hold it back but not change it.
 */
export type Spoken = {
  scope: TokenScope;
  token: VoiceToken;
  /** What is said: one line. */
  says: string;
  /** Sealed to the representative, always of one size; random bytes when nothing more is said. */
  sealed: Uint8Array;
  /** Ed25519 by the token's key. */
  signature: Uint8Array;
};

/** Sealed words are of this size, with or without words in them. */
export const SEALED_BYTES = 4096;

/** What the token's key signs. */
export async function spokenMessage(
  { scope, says, sealed }: Pick<Spoken, 'scope' | 'says' | 'sealed'>,
  subtle: SubtleCrypto,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!LINE.test(says)) throw new RangeError('not one line of plain letters');
  const digest = hex(new Uint8Array(await subtle.digest('SHA-256', sealed as Uint8Array<ArrayBuffer>)));
  const text = `aboveboard spoken v1\n${scope.kind}\nsha256 ${scope.digest}\n${says}\nsealed ${digest}\n`;
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}
const LINE = /^[a-z0-9][a-z0-9 -]{0,199}$/;

/** Says it with a token whose key is `sign`'s. */
export async function speak(
  given: Pick<Spoken, 'scope' | 'token' | 'says' | 'sealed'>,
  sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>,
  subtle: SubtleCrypto,
): Promise<Spoken> {
  if (given.sealed.length !== SEALED_BYTES) throw new RangeError('not of the one size');
  return { ...given, signature: await sign(await spokenMessage(given, subtle)) };
}

export type SpokenRefusal = 'malformed' | 'another-scope' | 'not-dealt' | 'not-signed';

/** The nullifier, hex, of a token that was dealt and says this; or why it is refused. Never throws. */
export async function verifySpoken(
  spoken: Spoken,
  scope: TokenScope,
  issuer: CryptoKey,
  subtle: SubtleCrypto,
): Promise<{ ok: true; nullifier: string } | { ok: false; refusal: SpokenRefusal }> {
  try {
    const { token, sealed, signature, says } = spoken;
    if (spoken.scope.kind !== scope.kind || spoken.scope.digest !== scope.digest)
      return refused('another-scope');
    if (sealed.length !== SEALED_BYTES || !LINE.test(says)) return refused('malformed');
    if (!(await verifyToken(scope, token, issuer, subtle))) return refused('not-dealt');
    const message = await spokenMessage(spoken, subtle);
    if (!verifyEd25519(token.key, message, signature)) return refused('not-signed');
    return { ok: true, nullifier: hex(await nullifierOf(token.key, subtle)) };
  } catch {
    return refused('malformed');
  }
}

function refused(refusal: SpokenRefusal): { ok: false; refusal: SpokenRefusal } {
  return { ok: false, refusal };
}
