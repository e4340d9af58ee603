import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import './made-log.ts';
import { mlDsa44Key, verifyMlDsa44 } from '../src/ml-dsa-44.ts';

// The second implementation is the OpenSSL that Node 24 brings: seed only PKCS #8 of RFC 9881.
const keyOf = (seed: Uint8Array) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('3034020100300b060960864801650304031104228020', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  });
const rawPublic = (seed: Uint8Array) =>
  new Uint8Array(
    createPublicKey(keyOf(seed) as never)
      .export({ format: 'der', type: 'spki' })
      .subarray(-1312),
  );

describe('ML-DSA-44', () => {
  it('[LOG55] makes the key that OpenSSL makes of the same seed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        expect(mlDsa44Key(seed).publicKey).toEqual(rawPublic(seed));
      }),
      { numRuns: 10 },
    );
  });

  it('[LOG55] signs what OpenSSL verifies, and verifies what OpenSSL signs', async () => {
    const seed = new Uint8Array(32).fill(3);
    const key = mlDsa44Key(seed);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (message) => {
        const ours = await key.sign(message);
        expect(verify(null, message, createPublicKey(keyOf(seed) as never), ours)).toBe(true);
        expect(verifyMlDsa44(key.publicKey, message, sign(null, message, keyOf(seed)))).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('[LOG55] signs deterministically: a known answer', async () => {
    const key = mlDsa44Key(Uint8Array.from({ length: 32 }, (_, i) => i));
    const signature = await key.sign(new TextEncoder().encode('known answer'));
    expect(await key.sign(new TextEncoder().encode('known answer'))).toEqual(signature);
    expect(createHash('sha256').update(key.publicKey).digest('hex')).toBe(KNOWN.key);
    expect(createHash('sha256').update(signature).digest('hex')).toBe(KNOWN.signature);
  });

  it('[LOG55] refuses a changed message, signature and key, other lengths, and a hint out of order', async () => {
    const key = mlDsa44Key(new Uint8Array(32).fill(4));
    const message = Uint8Array.of(1, 2, 3);
    const signature = await key.sign(message);
    expect(verifyMlDsa44(key.publicKey, message, signature)).toBe(true);
    expect(verifyMlDsa44(key.publicKey, Uint8Array.of(1, 2), signature)).toBe(false);
    for (const at of [0, 31, 32, 1000, 2335, 2336, 2415, 2416, 2419]) {
      const other = Uint8Array.from(signature);
      other[at] = (other[at] as number) ^ 1;
      expect(verifyMlDsa44(key.publicKey, message, other), `byte ${at}`).toBe(false);
    }
    // FIPS 204, algorithm 21: the indexes of a hint rise, so that a signature has one encoding.
    const swapped = Uint8Array.from(signature);
    [swapped[2336], swapped[2337]] = [swapped[2337] as number, swapped[2336] as number];
    expect(verifyMlDsa44(key.publicKey, message, swapped)).toBe(false);
    expect(verifyMlDsa44(key.publicKey, message, signature.subarray(1))).toBe(false);
    expect(verifyMlDsa44(key.publicKey.subarray(1), message, signature)).toBe(false);
    const otherKey = Uint8Array.from(key.publicKey);
    otherKey[5] = (otherKey[5] as number) ^ 1;
    expect(verifyMlDsa44(otherKey, message, signature)).toBe(false);
  });
});

/** SHA-256. OpenSSL 3.5.8 makes this key of the seed and verifies this signature; its own signing is hedged. */
const KNOWN = {
  key: '9f107644c1084526af3bc8098680b05499a2325a644e388fb4f970e058d19d46',
  signature: 'a31de23c87a7912ec8ea72c958a15f27f38a8865fc83d8ccbc418c95047e7b33',
};
