import { generateHybridIdentity, generateX25519Identity } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { openEnvelope, recipientOf, sealEnvelope } from '../src/envelope.ts';
import type { KeyRing, KeyRingErrorCode } from '../src/keyring.ts';
import { freshRecordingKey } from '../src/recording-key.ts';

/** A place of keys that outlives a ring: `open` may be called again and again, as after a restart. */
export type KeyRingPlace = {
  open(identities: readonly string[]): Promise<KeyRing>;
  close?(): Promise<void>;
};

const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));

/** What every key ring must do (spec/vault.md, VLT1-VLT11). */
export function keyRingContract(
  name: string,
  make: () => Promise<KeyRingPlace>,
  options: { survivesRestart: boolean } = { survivesRestart: true },
): void {
  describe(`key ring: ${name}`, () => {
    const withRing = async (
      work: (ring: KeyRing, place: KeyRingPlace) => Promise<void>,
      identities: readonly string[] = [],
    ) => {
      const place = await make();
      try {
        await work(await place.open(identities), place);
      } finally {
        await place.close?.();
      }
    };

    it('[VLT1] makes a fresh key for each recording and gives the same one again', () =>
      withRing(async (ring) => {
        const first = await ring.create('one');
        const second = await ring.create('two');
        expect(first).toHaveLength(32);
        expect(second).not.toEqual(first);
        expect(await ring.open('one')).toEqual(first);
        expect(await ring.open('two')).toEqual(second);
      }));

    it('[VLT2] gives copies: wiping one leaves the others', () =>
      withRing(async (ring) => {
        const key = await ring.create('one');
        const kept = new Uint8Array(key);
        key.fill(0);
        expect(new Uint8Array(await ring.open('one'))).toEqual(kept);
      }));

    it('[VLT3] makes one key only, however many ask at once', () =>
      withRing(async (ring) => {
        const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => ring.create('one')));
        const made = outcomes.filter((outcome) => outcome.status === 'fulfilled');
        expect(made).toHaveLength(1);
        expect(await ring.open('one')).toEqual(made[0]?.value);
        await refuses(ring.create('one'), 'exists');
      }));

    it('[VLT4] says that it does not know a recording, or that it is none', () =>
      withRing(async (ring) => {
        await refuses(ring.open('one'), 'unknown');
        await refuses(ring.wrap('one', [await recipientOf(await generateHybridIdentity())]), 'unknown');
        for (const id of ['', '../one', 'a b', 'x'.repeat(65)]) await refuses(ring.create(id), 'unknown');
      }));

    it('[VLT5] gives no key after destroy, not from an envelope and not for a new one', () =>
      withRing(async (ring) => {
        await ring.create('one');
        const identity = await generateHybridIdentity();
        const envelope = await ring.wrap('one', [await recipientOf(identity)]);
        await ring.destroy('one');
        await ring.destroy('one');
        await refuses(ring.open('one'), 'destroyed');
        await refuses(ring.open('one', envelope), 'destroyed');
        await refuses(ring.create('one'), 'destroyed');
        await refuses(ring.wrap('one', [await recipientOf(identity)]), 'destroyed');
      }));

    it('[VLT6] destroys what it does not know yet: an envelope that comes later opens nothing', async () => {
      const identity = await generateHybridIdentity();
      const recipient = await recipientOf(identity);
      const late = await sealEnvelope('one', freshRecordingKey(random), [recipient]);
      await withRing(
        async (ring) => {
          await ring.destroy('one');
          await refuses(ring.open('one', late), 'destroyed');
        },
        [identity],
      );
    });

    it('[VLT7] opens an envelope for it and keeps the key', async () => {
      const identity = await generateHybridIdentity();
      const key = freshRecordingKey(random);
      const envelope = await sealEnvelope('one', key, [await recipientOf(identity)]);
      await withRing(
        async (ring) => {
          expect(await ring.open('one', envelope)).toEqual(key);
          expect(await ring.open('one')).toEqual(key);
          await refuses(ring.create('one'), 'exists');
        },
        [identity],
      );
    });

    it('[VLT8] refuses an envelope for others or of another recording, and keeps nothing of it', async () => {
      const identity = await generateHybridIdentity();
      const key = freshRecordingKey(random);
      const forOthers = await sealEnvelope('one', key, [await recipientOf(await generateHybridIdentity())]);
      const ofAnother = await sealEnvelope('two', key, [await recipientOf(identity)]);
      await withRing(
        async (ring) => {
          await refuses(ring.open('one', forOthers), 'cannot-open');
          await refuses(ring.open('one', ofAnother), 'cannot-open');
          await refuses(ring.open('one', new Uint8Array(10)), 'cannot-open');
          await refuses(ring.open('one'), 'unknown');
        },
        [identity],
      );
    });

    it('[VLT9] wraps for hybrid recipients only; a mixture is refused', () =>
      withRing(async (ring) => {
        const key = await ring.create('one');
        const identity = await generateHybridIdentity();
        const hybrid = await recipientOf(identity);
        const { identityToRecipient } = await import('age-encryption');
        const classic = await identityToRecipient(await generateX25519Identity());
        expect(await openEnvelope('one', await ring.wrap('one', [hybrid]), [identity])).toEqual(key);
        await refuses(ring.wrap('one', [classic]), 'bad-recipient');
        await refuses(ring.wrap('one', [hybrid, classic]), 'bad-recipient');
        await refuses(ring.wrap('one', []), 'bad-recipient');
      }));

    if (!options.survivesRestart) return;

    it('[VLT10] remembers keys and destructions after a restart', () =>
      withRing(async (ring, place) => {
        const key = await ring.create('kept');
        await ring.create('gone');
        await ring.destroy('gone');
        const again = await place.open([]);
        expect(await again.open('kept')).toEqual(key);
        await refuses(again.open('gone'), 'destroyed');
        await refuses(again.create('gone'), 'destroyed');
      }));
  });
}

async function refuses(promise: Promise<unknown>, code: KeyRingErrorCode): Promise<void> {
  await expect(promise).rejects.toMatchObject({ name: 'KeyRingError', code });
}
