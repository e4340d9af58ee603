import { generateHybridIdentity } from 'age-encryption';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openEnvelope, recipientOf, sealEnvelope } from '../src/envelope.ts';
import { makePartSealer } from '../src/part-sealing.ts';
import { freshRecordingKey } from '../src/recording-key.ts';

const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const changed = (bytes: Uint8Array) =>
  fc
    .array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    })
    .map((flips) => {
      const copy = new Uint8Array(bytes);
      for (const [at, bits] of flips) copy[at] = (copy[at] as number) ^ bits;
      return copy;
    })
    .filter((copy) => copy.some((byte, i) => byte !== bytes[i]));

describe('what comes from outside', () => {
  it('[SEAL6] 100,000 sealed parts that were changed, cut or made up: none opens', async () => {
    const label = { recording: 'one', index: 0, kind: 'events' };
    const sealer = makePartSealer(freshRecordingKey(random), crypto.subtle, random);
    const sealed = await sealer.seal(new Uint8Array(64).fill(3), label);
    const given = fc.oneof(
      changed(sealed),
      fc.uint8Array({ maxLength: 120 }),
      fc.nat(sealed.length - 1).map((length) => sealed.subarray(0, length)),
    );
    await fc.assert(
      fc.asyncProperty(given, async (bytes) => {
        await expect(sealer.open(bytes, label)).rejects.toMatchObject({ name: 'SealingError' });
      }),
      { numRuns: 100_000 },
    );
  });

  it('[SEAL24] 5,000 envelopes that were changed or made up: none opens', async () => {
    const identity = await generateHybridIdentity();
    const key = freshRecordingKey(random);
    const envelope = await sealEnvelope('one', key, [await recipientOf(identity)]);
    const header = new TextEncoder().encode('age-encryption.org/v1\n');
    const given = fc.oneof(
      changed(envelope),
      fc.uint8Array({ maxLength: 400 }),
      fc
        .string({ maxLength: 200 })
        .map((text) => new Uint8Array([...header, ...new TextEncoder().encode(text)])),
    );
    await fc.assert(
      fc.asyncProperty(given, async (bytes) => {
        await expect(openEnvelope('one', bytes, [identity])).rejects.toMatchObject({ code: 'cannot-open' });
      }),
      { numRuns: 5_000 },
    );
  });
});
