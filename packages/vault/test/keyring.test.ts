import { generateHybridIdentity } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { makeAesWrapper } from '../src/aes-wrapper.ts';
import { makeAgeWrapper } from '../src/age-wrapper.ts';
import { makeMemoryKeyRing, makeMemoryKeyStore } from '../src/memory-keyring.ts';
import { type KeyStore, makeStoredKeyRing, type Wrapper } from '../src/stored-keyring.ts';
import { keyRingContract } from './keyring-contract.ts';

const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const aesKey = () =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);

keyRingContract(
  'memory',
  async () => ({ open: async (identities) => makeMemoryKeyRing({ random, identities }) }),
  { survivesRestart: false },
);
keyRingContract('stored, under a WebCrypto key', async () => {
  const store = makeMemoryKeyStore();
  const wrapper = makeAesWrapper(await aesKey(), crypto.subtle, random);
  return { open: async (identities) => makeStoredKeyRing({ store, wrapper, random, identities }) };
});
keyRingContract('stored, under an age identity', async () => {
  const store = makeMemoryKeyStore();
  const wrapper = await makeAgeWrapper(await generateHybridIdentity());
  return { open: async (identities) => makeStoredKeyRing({ store, wrapper, random, identities }) };
});

describe('stored key ring', () => {
  const wrappers: [string, () => Promise<Wrapper>][] = [
    ['WebCrypto', async () => makeAesWrapper(await aesKey(), crypto.subtle, random)],
    ['age', async () => makeAgeWrapper(await generateHybridIdentity())],
  ];

  it.each(wrappers)(
    '[VLT12] stores nothing that opens without the wrapping key (%s)',
    async (_, makeWrapper) => {
      const store = makeMemoryKeyStore();
      const key = await makeStoredKeyRing({ store, wrapper: await makeWrapper(), random }).create('one');
      const stored = Buffer.from((await store.get('one')) as Uint8Array);
      expect(stored.includes(Buffer.from(key))).toBe(false);
      const thief = makeStoredKeyRing({ store, wrapper: await makeWrapper(), random });
      await expect(thief.open('one')).rejects.toMatchObject({ code: 'cannot-open' });
    },
  );

  it.each(wrappers)(
    '[VLT13] refuses a stored key that was moved to another recording (%s)',
    async (_, make) => {
      const store = makeMemoryKeyStore();
      const ring = makeStoredKeyRing({ store, wrapper: await make(), random });
      await ring.create('one');
      await store.put('two', (await store.get('one')) as Uint8Array);
      await expect(ring.open('two')).rejects.toMatchObject({ code: 'cannot-open' });
    },
  );

  it('[VLT14] gives no key that it could not store, and does not call a failed destruction done', async () => {
    const broken: KeyStore = {
      ...makeMemoryKeyStore(),
      put: async () => Promise.reject(new Error('disk full')),
    };
    const ring = makeStoredKeyRing({
      store: broken,
      wrapper: makeAesWrapper(await aesKey(), crypto.subtle, random),
      random,
    });
    await expect(ring.create('one')).rejects.toMatchObject({ code: 'storage' });
    await expect(ring.open('one')).rejects.toMatchObject({ code: 'unknown' });
    await expect(ring.destroy('one')).rejects.toMatchObject({ code: 'storage' });
  });

  it('[VLT5] seeded hole: a ring that only deletes lets an old envelope bring the key back', async () => {
    const identity = await generateHybridIdentity();
    const store = makeMemoryKeyStore();
    const leaky: KeyStore = {
      ...store,
      put: (id, value) => (value[0] === 0 ? store.delete(id) : store.put(id, value)),
    };
    const wrapper = await makeAgeWrapper(identity);
    const { recipientOf } = await import('../src/envelope.ts');
    const outcome = async (backing: KeyStore, id: string) => {
      const ring = makeStoredKeyRing({ store: backing, wrapper, random, identities: [identity] });
      await ring.create(id);
      const envelope = await ring.wrap(id, [await recipientOf(identity)]);
      await ring.destroy(id);
      return ring.open(id, envelope).then(
        () => 'opened',
        (error: { code: string }) => error.code,
      );
    };
    expect(await outcome(leaky, 'one')).toBe('opened');
    expect(await outcome(store, 'two')).toBe('destroyed');
  });

  it('[VLT1] refuses a source of randomness that is broken', async () => {
    const zeros = makeMemoryKeyRing({ random: (n) => new Uint8Array(n) });
    await expect(zeros.create('one')).rejects.toMatchObject({ code: 'storage' });
    const short = makeMemoryKeyRing({ random: () => new Uint8Array(8).fill(1) });
    await expect(short.create('one')).rejects.toMatchObject({ code: 'storage' });
  });
});
