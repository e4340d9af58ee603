import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto';
import { promisify } from 'node:util';
import { importIssuerKey, TOKEN_KEY_BITS } from '@aboveboard/consent/voice-token';

/** Signs what it can't see (RFC 9474), for one scope (OBJ2). */
export type Issuer = {
  /** SPKI of the public half. */
  spki: Uint8Array;
  publicKey: CryptoKey;
  /** Null: not a blinded message for this key. The same message has the same answer. */
  sign(blinded: Uint8Array): Uint8Array | null;
};

/** Private half of a fresh pair, PKCS #8. */
export async function makeIssuerSecret(): Promise<Uint8Array> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: TOKEN_KEY_BITS });
  return privateKey.export({ type: 'pkcs8', format: 'der' });
}

export async function openIssuer(secret: Uint8Array): Promise<Issuer> {
  const key: KeyObject = createPrivateKey({ key: Buffer.from(secret), type: 'pkcs8', format: 'der' });
  const spki = new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  return {
    spki,
    publicKey: await importIssuerKey(spki, crypto.subtle),
    sign(blinded) {
      if (blinded.length !== TOKEN_KEY_BITS / 8) return null;
      try {
        // BlindSign of RFC 9474 is the bare private operation. OpenSSL's blinds itself against measured
        // times and checks its result; one in JavaScript does neither, and takes a hundred times as long.
        const signed = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, blinded);
        return signed.length === blinded.length ? new Uint8Array(signed) : null;
      } catch {
        return null;
      }
    },
  };
}
