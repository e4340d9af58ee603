import { openEnvelope, sealEnvelope } from './envelope.ts';
import { type Envelope, type KeyRing, KeyRingError, type RecordingKey } from './keyring.ts';
import { makeOrder } from './one-at-a-time.ts';
import type { RandomBytes } from './part-sealing.ts';
import { asRecordingKey, freshRecordingKey, isRecordingId } from './recording-key.ts';

/**
 * A key ring over any small durable store (spec/vault.md, VLT1-VLT19). One ring at a time owns a store:
 * its calls for one recording run one after the other, and that order is what makes `create` exclusive.
 */
export interface KeyStore {
  /** Null: nothing is stored for this id. */
  get(id: string): Promise<Uint8Array | null>;
  /** Durable before it resolves. Replaces, and removes what it replaces as far as the medium allows. */
  put(id: string, value: Uint8Array): Promise<void>;
  /** Durable before it resolves; nothing happens for an unknown id. The ring itself never forgets a tombstone. */
  delete(id: string): Promise<void>;
}

/** Keeps the store useless without something that is not in it. `id` must be authenticated with the key. */
export interface Wrapper {
  wrap(id: string, key: Uint8Array): Promise<Uint8Array>;
  /** Throws when `wrapped` was not made by this wrapper for `id`. */
  unwrap(id: string, wrapped: Uint8Array): Promise<Uint8Array>;
}

const TOMBSTONE = 0;
const WRAPPED_KEY = 1;

export function makeStoredKeyRing(options: {
  store: KeyStore;
  wrapper: Wrapper;
  random: RandomBytes;
  /** age identities (hybrid) whose envelopes this ring can open. */
  identities?: readonly string[];
}): KeyRing {
  const { store, wrapper, random, identities = [] } = options;
  const inOrder = makeOrder();

  async function stored(id: string): Promise<RecordingKey | null> {
    const value = await onStorage(() => store.get(id));
    if (value === null) return null;
    if (value[0] === TOMBSTONE)
      throw new KeyRingError('destroyed', 'the key of this recording was destroyed');
    if (value[0] !== WRAPPED_KEY) throw new KeyRingError('storage', 'the stored key is damaged');
    let bytes: Uint8Array;
    try {
      bytes = await wrapper.unwrap(id, value.subarray(1));
    } catch (cause) {
      throw new KeyRingError('cannot-open', 'the stored key can not be unwrapped here', { cause });
    }
    return asRecordingKey(bytes);
  }

  async function keep(id: string, key: RecordingKey): Promise<void> {
    await onStorage(async () => {
      const wrapped = await wrapper.wrap(id, key);
      const value = new Uint8Array(1 + wrapped.length);
      value[0] = WRAPPED_KEY;
      value.set(wrapped, 1);
      await store.put(id, value);
    });
  }

  async function known(id: string): Promise<RecordingKey> {
    const key = await stored(id);
    if (key === null) throw new KeyRingError('unknown', 'no key is known for this recording');
    return key;
  }

  return {
    async create(id) {
      requireId(id);
      return inOrder(id, async () => {
        if ((await stored(id)) !== null) throw new KeyRingError('exists', 'this recording has a key already');
        const key = freshRecordingKey(random);
        await keep(id, key);
        return key;
      });
    },

    async wrap(id, recipients) {
      requireId(id);
      return sealEnvelope(id, await inOrder(id, () => known(id)), recipients);
    },

    async open(id: string, envelope?: Envelope) {
      requireId(id);
      return inOrder(id, async () => {
        // A tombstone throws here: an old envelope must not bring a destroyed key back.
        const own = await stored(id);
        if (own !== null) return own;
        if (envelope === undefined) return known(id);
        const key = await openEnvelope(id, envelope, identities);
        await keep(id, key);
        return key;
      });
    },

    async destroy(id) {
      requireId(id);
      // Also for an unknown id: envelopes of it may come later.
      await inOrder(id, () => onStorage(() => store.put(id, Uint8Array.of(TOMBSTONE))));
    },
  };
}

function requireId(id: string): void {
  if (!isRecordingId(id)) throw new KeyRingError('unknown', 'not the id of a recording');
}

async function onStorage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new KeyRingError('storage', 'the store of keys failed', { cause });
  }
}
