import { Decrypter, generateHybridIdentity } from 'age-encryption';
import { describe, expect, it, vi } from 'vitest';
import { makeAesWrapper } from '../src/aes-wrapper.ts';
import { recipientOf, sealEnvelope } from '../src/envelope.ts';
import { sealHalves } from '../src/half-envelope.ts';
import { makeHalfRing, storedHalfId } from '../src/half-ring.ts';
import { asKeyHalf, type KeyHalf } from '../src/key-half.ts';
import { makeMemoryKeyStore } from '../src/memory-keyring.ts';
import { freshRecordingKey } from '../src/recording-key.ts';
import { type KeyStore, makeStoredKeyRing } from '../src/stored-keyring.ts';

/** What mutants of both rings came through (docs/adr/0028): each test here is one that a small wrong change fails. */
const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const code = (value: string) => expect.objectContaining({ code: value });
const NO_IDS = ['', '../other', 'a/b', 'x'.repeat(65), 'ü'];

async function halfRing() {
  const identity = await generateHybridIdentity();
  const recipient = await recipientOf(identity);
  const guardian = await recipientOf(await generateHybridIdentity());
  const store = makeMemoryKeyStore();
  return {
    store,
    identity,
    ring: makeHalfRing({ store, identity }),
    again: () => makeHalfRing({ store, identity }),
    envelope: async (id: string, vault: KeyHalf) =>
      (
        await sealHalves(
          id,
          { vault, guardian: asKeyHalf(random(32)) },
          { vault: recipient, guardian },
          { week: '2026-W47', card: null },
        )
      ).vault,
  };
}
/** A store that is asked for nothing. */
const untouched: KeyStore = {
  get: async () => {
    throw new Error('asked');
  },
  put: async () => {
    throw new Error('asked');
  },
  delete: async () => {
    throw new Error('asked');
  },
};
const sameBytes = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
const differing = (half: KeyHalf, at: number) =>
  asKeyHalf(half.map((byte, i) => (i === at ? byte ^ 1 : byte)));

describe('a ring of halves', () => {
  it('[BAK43] what its store holds names its recording to whoever has the identity, and to nobody else', async () => {
    const { store, identity, ring, envelope } = await halfRing();
    const id = 'r'.repeat(22);
    await ring.keep(id, await envelope(id, asKeyHalf(random(32))));
    const value = (await store.get(id)) as Uint8Array;
    expect(await storedHalfId(value, identity)).toBe(id);
    await expect(storedHalfId(value, await generateHybridIdentity())).rejects.toEqual(code('cannot-open'));
    for (const other of [new Uint8Array(), Uint8Array.of(0, 0), Uint8Array.of(1, ...value.subarray(1))])
      await expect(storedHalfId(other, identity)).rejects.toEqual(code('storage'));
    await ring.destroy(id);
    expect(await storedHalfId((await store.get(id)) as Uint8Array, identity)).toBe(null);
  });

  it('[VLT4] asks its store for nothing that is no id', async () => {
    const ring = makeHalfRing({ store: untouched, identity: await generateHybridIdentity() });
    for (const id of NO_IDS) {
      await expect(ring.keep(id, new Uint8Array())).rejects.toEqual(code('unknown'));
      await expect(ring.check(id, new Uint8Array())).rejects.toEqual(code('unknown'));
      await expect(ring.open(id)).rejects.toEqual(code('unknown'));
      await expect(ring.destroy(id)).rejects.toEqual(code('unknown'));
    }
  });

  it('[VLT44] refuses a half that differs in one byte, first, last or between; checking keeps nothing', async () => {
    const { ring, store, envelope } = await halfRing();
    const half = asKeyHalf(random(32));
    await ring.check('one', await envelope('one', half));
    expect(await store.get('one')).toBeNull();
    await ring.keep('one', await envelope('one', half));
    for (const at of [0, 15, 31]) {
      const other = await envelope('one', differing(half, at));
      await expect(ring.check('one', other)).rejects.toEqual(code('exists'));
      await expect(ring.keep('one', other)).rejects.toEqual(code('exists'));
    }
    await ring.check('one', await envelope('one', half));
    expect(await ring.open('one')).toEqual(half);
  });

  it('[VLT46] gives from its memory nothing that the store does not hold to the byte', async () => {
    const { ring, store, envelope, again } = await halfRing();
    const [half, other] = [asKeyHalf(random(32)), asKeyHalf(random(32))];
    await ring.keep('one', await envelope('one', half));
    expect(await ring.open('one')).toEqual(half);
    // Another process writes another half, of the same length; then nothing; then a tombstone.
    const sealed = await envelope('one', other);
    await store.put('one', Uint8Array.from([2, ...sealed]));
    expect(await ring.open('one')).toEqual(other);
    await store.put('one', Uint8Array.from([2, ...sealed, 0]));
    await expect(ring.open('one')).rejects.toThrow();
    await store.put('one', Uint8Array.from([2, ...sealed]));
    expect(await ring.open('one')).toEqual(other);
    await again().destroy('one');
    await expect(ring.open('one')).rejects.toEqual(code('destroyed'));
  });

  /** How often age was asked to open something. */
  const opened = async (work: () => Promise<unknown>) => {
    const decrypt = vi.spyOn(Decrypter.prototype, 'decrypt');
    try {
      await work();
      return decrypt.mock.calls.length;
    } finally {
      decrypt.mockRestore();
    }
  };

  it('[VLT46] opens an envelope once, and remembers the newest only', async () => {
    const { store, identity, envelope } = await halfRing();
    const ring = makeHalfRing({ store, identity, kept: 2 });
    const halves = new Map(['a', 'b', 'c'].map((id) => [id, asKeyHalf(random(32))]));
    for (const [id, half] of halves) await ring.keep(id, await envelope(id, half));
    const give = (id: string) => async () => expect(await ring.open(id)).toEqual(halves.get(id));
    expect(await opened(give('a'))).toBe(1);
    expect(await opened(give('b'))).toBe(1);
    expect(await opened(give('a'))).toBe(0);
    expect(await opened(give('c'))).toBe(1);
    expect([await opened(give('b')), await opened(give('c'))]).toEqual([0, 0]);
    expect(await opened(give('a'))).toBe(1);
  });

  it('[VLT44] wipes what it opened to compare', async () => {
    const { ring, envelope } = await halfRing();
    const half = asKeyHalf(random(32));
    await ring.keep('one', await envelope('one', half));
    const sealed = await envelope('one', half);
    const wiped: Uint8Array[] = [];
    const { fill: real } = Uint8Array.prototype;
    const fill = vi.spyOn(Uint8Array.prototype, 'fill');
    fill.mockImplementation(function (this: Uint8Array, ...given) {
      if (given[0] === 0 && given.length === 1 && sameBytes(this, half)) wiped.push(this);
      return real.apply(this, given);
    });
    await ring.check('one', sealed).finally(() => fill.mockRestore());
    // The one that is kept, and the one that was sent.
    expect(wiped).toHaveLength(2);
    expect(await ring.open('one')).toEqual(half);
  });

  it('[VLT47] a destruction that the store did not take gives the half as it was, and no other', async () => {
    const { store, identity, envelope } = await halfRing();
    let isFull = false;
    const put: KeyStore['put'] = async (id, value) => {
      if (isFull) throw new Error('no space');
      await store.put(id, value);
    };
    const ring = makeHalfRing({ store: { ...store, get: (id) => store.get(id), put }, identity });
    const half = asKeyHalf(random(32));
    await ring.keep('one', await envelope('one', half));
    expect(await ring.open('one')).toEqual(half);
    isFull = true;
    await expect(ring.destroy('one')).rejects.toEqual(code('storage'));
    expect(await ring.open('one')).toEqual(half);
    isFull = false;
    await ring.destroy('one');
    await expect(ring.open('one')).rejects.toEqual(code('destroyed'));
  });

  it('[VLT14] tells a damaged half from one that it can not open, and opens nothing under another mark', async () => {
    const { ring, store, envelope } = await halfRing();
    await store.put('one', Uint8Array.from([7, ...(await envelope('one', asKeyHalf(random(32))))]));
    await expect(ring.open('one')).rejects.toEqual(code('storage'));
  });
});

describe('a ring of whole keys', () => {
  const wrapper = async () =>
    makeAesWrapper(
      await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
      crypto.subtle,
      random,
    );

  it('[VLT4] asks its store for nothing that is no id', async () => {
    const ring = makeStoredKeyRing({ store: untouched, wrapper: await wrapper(), random });
    const recipient = await recipientOf(await generateHybridIdentity());
    for (const id of NO_IDS) {
      await expect(ring.create(id)).rejects.toEqual(code('unknown'));
      await expect(ring.wrap(id, [recipient])).rejects.toEqual(code('unknown'));
      await expect(ring.open(id)).rejects.toEqual(code('unknown'));
      await expect(ring.destroy(id)).rejects.toEqual(code('unknown'));
    }
  });

  it('[VLT14] opens nothing under another mark', async () => {
    const store = makeMemoryKeyStore();
    const ring = makeStoredKeyRing({ store, wrapper: await wrapper(), random });
    await ring.create('one');
    const kept = (await store.get('one')) as Uint8Array;
    await store.put('one', Uint8Array.from([9, ...kept.subarray(1)]));
    await expect(ring.open('one')).rejects.toEqual(code('storage'));
  });

  it('[VLT7] an envelope that comes when there is a key already changes nothing', async () => {
    const identity = await generateHybridIdentity();
    const store = makeMemoryKeyStore();
    const ring = makeStoredKeyRing({ store, wrapper: await wrapper(), random, identities: [identity] });
    const own = await ring.create('one');
    const other = await sealEnvelope('one', freshRecordingKey(random), [await recipientOf(identity)]);
    expect(await ring.open('one', other)).toEqual(own);
    expect(await ring.open('one')).toEqual(own);
  });
});
