import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { SigningKey } from '@aboveboard/tlog/signer';

// A seed of 32 bytes behind this is the whole PKCS #8 of such a key (RFC 8410; RFC 9881, seed only).
const PKCS8 = {
  ed25519: Buffer.from('302e020100300506032b657004220420', 'hex'),
  'ml-dsa-44': Buffer.from('3034020100300b060960864801650304031104228020', 'hex'),
} as const;
const PUBLIC_BYTES = { ed25519: 32, 'ml-dsa-44': 1312 } as const;

/**
 * The key pair of a seed in base64, signing with the platform's own implementation, which is faster than one in
 * JavaScript. Null for what is no seed.
 */
export function seedSigner(algorithm: SigningKey['algorithm'], seed: string | undefined): SigningKey | null {
  const bytes = Buffer.from(seed ?? '', 'base64');
  if (bytes.length !== 32) return null;
  const der = Buffer.concat([PKCS8[algorithm], bytes]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  // The raw public key is the end of its SubjectPublicKeyInfo.
  const info = createPublicKey(key as never).export({ format: 'der', type: 'spki' });
  return {
    algorithm,
    publicKey: new Uint8Array(info.subarray(-PUBLIC_BYTES[algorithm])),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}
