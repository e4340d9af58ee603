import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import type { SigningKey } from './signer.ts';

/** ML-DSA-44 (FIPS 204), pure, with an empty context (LOG55). */
export function verifyMlDsa44(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 1312 || signature.length !== 2420) return false;
  try {
    return ml_dsa44.verify(signature, message, publicKey);
  } catch {
    return false;
  }
}

/** `seed`: the 32 bytes of FIPS 204's key generation. Signs deterministically: no randomness is at hand here. */
export function mlDsa44Key(seed: Uint8Array): SigningKey {
  const { publicKey, secretKey } = ml_dsa44.keygen(Uint8Array.from(seed));
  return {
    algorithm: 'ml-dsa-44',
    publicKey,
    sign: (message) => ml_dsa44.sign(message, secretKey, { extraEntropy: false }),
  };
}
