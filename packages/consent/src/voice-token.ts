import { RSABSSA } from '@cloudflare/blindrsa-ts';

/**
 * One blind token for each employee (RFC 9474, RSABSSA-SHA384-PSS-Deterministic; spec/objection.md, OBJ1-OBJ9):
 * the issuer signs what it can't see, so that a spent token tells that it was dealt and not to whom (T2, T23).
 * What is signed is the public half of a key made for this one token, so that only its holder can say what it
 * is spent for, and nobody on the way can change that.
 *
 * The library draws blinding factors from the platform's own randomness; nothing else here does.
 */
export const TOKEN_KEY_BITS = 2048;

/** Which tokens: dealt for one version of an agreement, one election, or one batch of codes. */
export type TokenScope = {
  kind: 'objection' | 'election' | 'enrolment';
  /** SHA-256 of the agreement, the election or the list of codes, hex. */
  digest: string;
};

export type VoiceToken = {
  /** Public Ed25519 key of this token, 32 bytes. */
  key: Uint8Array;
  /** Of the issuer, over scope and key. */
  signature: Uint8Array;
};

/** What the device keeps between asking and answer. Secret: with it the asker can be told. */
export type PendingToken = { key: Uint8Array; inverse: Uint8Array };

const suite = RSABSSA.SHA384.PSS.Deterministic();
const ALGORITHM = { name: 'RSA-PSS', hash: 'SHA-384' } as const;
const PSS_SALT_BYTES = 48;

/** A fresh pair of the issuer. One for each scope: a key that signed under two would let tokens move over. */
export function makeIssuerKey(): Promise<CryptoKeyPair> {
  return suite.generateKey({ modulusLength: TOKEN_KEY_BITS, publicExponent: Uint8Array.of(1, 0, 1) });
}

/** SPKI of the public key; its digest stands in the rules log, so that all employees see the same key (OBJ3). */
export async function issuerKeyBytes(key: CryptoKey, subtle: SubtleCrypto): Promise<Uint8Array> {
  return new Uint8Array(await subtle.exportKey('spki', key));
}

/** Throws TypeError for what is no key of an issuer. */
export async function importIssuerKey(spki: Uint8Array, subtle: SubtleCrypto): Promise<CryptoKey> {
  let key: CryptoKey;
  try {
    key = await subtle.importKey('spki', spki as Uint8Array<ArrayBuffer>, ALGORITHM, true, ['verify']);
  } catch (cause) {
    throw new TypeError('not the key of an issuer', { cause });
  }
  const { modulusLength } = key.algorithm as RsaHashedKeyAlgorithm;
  if (modulusLength !== TOKEN_KEY_BITS) throw new TypeError('not the key of an issuer');
  return key;
}

/** What the device sends to be signed, and what it keeps. `key`: public half of the token's own key. */
export async function askToken(
  scope: TokenScope,
  key: Uint8Array,
  issuer: CryptoKey,
): Promise<{ blinded: Uint8Array; pending: PendingToken }> {
  const { blindedMsg, inv } = await suite.blind(issuer, tokenMessage(scope, key));
  return { blinded: blindedMsg, pending: { key, inverse: inv } };
}

/** The issuer's side. Throws RangeError for what is not a blinded message of this key. */
export async function signBlinded(blinded: Uint8Array, issuer: CryptoKey): Promise<Uint8Array> {
  if (blinded.length !== TOKEN_KEY_BITS / 8) throw new RangeError('not a blinded message');
  try {
    return await suite.blindSign(issuer, blinded);
  } catch (cause) {
    throw new RangeError('not a blinded message', { cause });
  }
}

/** Null: the answer is not the issuer's signature. */
export async function finishToken(
  scope: TokenScope,
  pending: PendingToken,
  answer: Uint8Array,
  issuer: CryptoKey,
): Promise<VoiceToken | null> {
  try {
    const message = tokenMessage(scope, pending.key);
    return { key: pending.key, signature: await suite.finalize(issuer, message, answer, pending.inverse) };
  } catch {
    return null;
  }
}

/** Was this token dealt under this scope? False for anything malformed. */
export async function verifyToken(
  scope: TokenScope,
  token: VoiceToken,
  issuer: CryptoKey,
  subtle: SubtleCrypto,
): Promise<boolean> {
  const { key, signature } = token;
  if (key.length !== 32 || signature.length !== TOKEN_KEY_BITS / 8) return false;
  return await subtle.verify(
    { name: ALGORITHM.name, saltLength: PSS_SALT_BYTES },
    issuer,
    signature as Uint8Array<ArrayBuffer>,
    tokenMessage(scope, key),
  );
}

/** What a spent token is known by; its holder finds it in the log and nobody finds her (OBJ7). */
export async function nullifierOf(key: Uint8Array, subtle: SubtleCrypto): Promise<Uint8Array> {
  const domain = utf8.encode('aboveboard nullifier v1\0');
  const input = new Uint8Array(domain.length + key.length);
  input.set(domain);
  input.set(key, domain.length);
  return new Uint8Array(await subtle.digest('SHA-256', input));
}

function tokenMessage({ kind, digest }: TokenScope, key: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = utf8.encode(`aboveboard token v1\n${kind}\nsha256 ${digest}\n`);
  const message = new Uint8Array(head.length + key.length);
  message.set(head);
  message.set(key, head.length);
  return message;
}
const utf8 = new TextEncoder();
