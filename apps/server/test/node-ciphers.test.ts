import { createSecretKey } from 'node:crypto';
import { makePartSealer, type PartCiphers, SealingError } from '@aboveboard/vault/part-sealing';
import { asRecordingKey } from '@aboveboard/vault/recording-key';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCiphers } from '../src/recordings/node-ciphers.ts';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const key = new Uint8Array(32).fill(9);
const label = { recording: 'AAECAwQFBgcICQoLDA0ODw', index: 3, kind: 'events' };
const sealerOf = (ciphers: PartCiphers, padded = false) =>
  makePartSealer(asRecordingKey(key), ciphers, random, { padded });

describe('ciphers of parts by Node itself', () => {
  it('[SEAL1] [SEAL2] either opens what the other sealed, padded or not', async () => {
    const pairs = [
      [crypto.subtle, nodeCiphers],
      [nodeCiphers, crypto.subtle],
    ] as const;
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (plain, padded) => {
        for (const [seals, opens] of pairs) {
          const sealed = await sealerOf(seals, padded).seal(plain, label);
          expect(Buffer.from(await sealerOf(opens).open(sealed, label)).equals(plain)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('[SEAL6] one bit that is another anywhere, or one byte less, opens nothing', async () => {
    const sealed = await sealerOf(nodeCiphers).seal(random(40), label);
    const sealer = sealerOf(nodeCiphers);
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed.slice();
      other[at] = (other[at] as number) ^ 1;
      await expect(sealer.open(other, label)).rejects.toBeInstanceOf(SealingError);
      await expect(sealer.open(sealed.subarray(0, at), label)).rejects.toBeInstanceOf(SealingError);
    }
    await expect(sealer.open(sealed, { ...label, index: 4 })).rejects.toMatchObject({ code: 'cannot-open' });
  });

  it('a tag that was cut short is no tag', async () => {
    const opened = nodeCiphers.decrypt(
      { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: new Uint8Array(0) },
      createSecretKey(key) as never,
      new Uint8Array(4),
    );
    await expect(opened).rejects.toThrow(RangeError);
  });

  it('digests are the same', async () => {
    const bytes = random(1000);
    const [ours, theirs] = [
      await nodeCiphers.digest('SHA-256', bytes),
      await crypto.subtle.digest('SHA-256', bytes),
    ];
    expect(Buffer.from(ours).equals(Buffer.from(theirs))).toBe(true);
  });
});
