import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import type { SigningKey } from './signer.ts';

/**
 * Ed25519 (RFC 8032), verified as narrowly as any implementation in use does, so that nothing that we accept is
 * refused by another (LOG54): canonical key, R and S; neither key nor R of small order; the equation without
 * the cofactor.
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const encodedR = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= ORDER) return false;
  const key = strictPoint(publicKey);
  if (!key) return false;
  const digest = sha512.create().update(encodedR).update(publicKey).update(message).digest();
  const k = littleEndian(digest) % ORDER;
  const sB = s === 0n ? Point.ZERO : Point.BASE.multiplyUnsafe(s);
  // Compared as bytes with the one R that the equation has: so an R that is not canonical never fits.
  const r = sB.subtract(key.multiplyUnsafe(k));
  return !r.isSmallOrder() && r.toBytes().every((byte, i) => byte === encodedR[i]);
}

/** `seed`: the 32 secret bytes of RFC 8032. */
export function ed25519Key(seed: Uint8Array): SigningKey {
  const secret = Uint8Array.from(seed);
  return {
    algorithm: 'ed25519',
    publicKey: ed25519.getPublicKey(secret),
    sign: (message) => ed25519.sign(message, secret),
  };
}

const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;

function strictPoint(encoded: Uint8Array): InstanceType<typeof Point> | null {
  try {
    const point = Point.fromBytes(Uint8Array.from(encoded), false);
    return point.isSmallOrder() ? null : point;
  } catch {
    return null;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
  return value;
}
