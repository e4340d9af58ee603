import { createPrivateKey, createPublicKey, sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ed25519Key, verifyEd25519 } from '../src/ed25519.ts';
import { json, sharedFolder } from './made-log.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const folder = sharedFolder('cctv');

/** What makes implementations disagree, and what we refuse (LOG54). The other flags need no refusal. */
const REFUSED = ['non_canonical_A', 'non_canonical_R', 'low_order_A', 'low_order_R', 'low_order_residue'];
type Vector = { key: string; sig: string; msg: string; flags: string[] | null };

describe.skipIf(folder === null)('edge vectors of C2SP/CCTV (tlog/cctv beside the repository)', () => {
  const vectors: Vector[] = folder === null ? [] : json(`${folder}/ed25519vectors.json`);
  const accepted = ({ key, msg, sig }: Vector) =>
    verifyEd25519(hex(key), new TextEncoder().encode(msg), hex(sig));

  it('[LOG54] of 914 takes the 43 that no implementation refuses, and none with a flag that some refuse', () => {
    expect(vectors).toHaveLength(914);
    const wrong = vectors.filter(
      (one) => accepted(one) !== !(one.flags ?? []).some((flag) => REFUSED.includes(flag)),
    );
    expect(wrong).toEqual([]);
    expect(vectors.filter(accepted)).toHaveLength(43);
  });
});

const SEED = new Uint8Array(32).fill(5);
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), SEED]),
  format: 'der',
  type: 'pkcs8',
});

describe('Ed25519', () => {
  it('[LOG54] signs RFC 8032, 7.1, TEST 2 and verifies it', async () => {
    const key = ed25519Key(hex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'));
    const signature = await key.sign(Uint8Array.of(0x72));
    expect(Buffer.from(signature).toString('hex')).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
    expect(verifyEd25519(key.publicKey, Uint8Array.of(0x72), signature)).toBe(true);
  });

  it('[LOG54] agrees with OpenSSL in both directions', async () => {
    const key = ed25519Key(SEED);
    const publicKey = createPublicKey(privateKey as never);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (message) => {
        const ours = await key.sign(message);
        expect(nodeVerify(null, message, publicKey, ours)).toBe(true);
        expect(verifyEd25519(key.publicKey, message, nodeSign(null, message, privateKey))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('[LOG54] refuses any changed bit, S above the order, and other lengths', async () => {
    const key = ed25519Key(SEED);
    const message = Uint8Array.of(1, 2, 3);
    const signature = await key.sign(message);
    for (const bit of [0, 7, 255, 256, 300, 504, 510, 511]) {
      const other = Uint8Array.from(signature);
      other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(verifyEd25519(key.publicKey, message, other), `bit ${bit}`).toBe(false);
    }
    const order = (1n << 252n) + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order;
    const larger = Uint8Array.from(signature);
    larger.set(Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse(), 32);
    expect(verifyEd25519(key.publicKey, message, larger)).toBe(false);
    expect(verifyEd25519(key.publicKey, message, signature.subarray(1))).toBe(false);
    expect(verifyEd25519(key.publicKey.subarray(1), message, signature)).toBe(false);
    expect(verifyEd25519(key.publicKey, Uint8Array.of(1, 2), signature)).toBe(false);
  });
});
