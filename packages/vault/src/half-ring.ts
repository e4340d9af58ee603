import { type Opening, openVaultHalf, vaultHalfId } from './half-envelope.ts';
import { asKeyHalf, type KeyHalf } from './key-half.ts';
import { type Envelope, KeyRingError } from './keyring.ts';
import { makeOrder } from './one-at-a-time.ts';
import { isRecordingId } from './recording-key.ts';
import type { KeyStore } from './stored-keyring.ts';

/**
 * The vault's halves, over any small durable store (spec/vault.md, VLT44-VLT47). What is stored is the envelope as the
 * device sealed it, or as it was sealed anew (resealing.ts): useless without the vault's identities, which are not in the
 * store, and with them a half.
 */
export interface HalfRing {
  /**
   * Durable when it resolves. The same again changes nothing. KeyRingError `cannot-open` for an envelope that holds
   * no half of this recording, `exists` for another half than the one that is kept, `destroyed`.
   */
  keep(id: string, envelope: Envelope): Promise<void>;
  /** Would `keep` take it? Throws as `keep` does, and keeps nothing. */
  check(id: string, envelope: Envelope): Promise<void>;
  /** KeyRingError `unknown` or `destroyed`. The caller wipes it. */
  open(id: string): Promise<KeyHalf>;
  /** After this returns nothing gives the half again, also after a restart, nor takes it back. Idempotent. */
  destroy(id: string): Promise<void>;
}

const TOMBSTONE = 0;
const VAULT_HALF = 2;
/** Opened halves that are remembered: one access may name a thousand. */
const KEPT = 1_024;

export function makeHalfRing({
  store,
  identity,
  kept = KEPT,
}: {
  store: KeyStore;
  identity: Opening;
  kept?: number;
}): HalfRing {
  const inOrder = makeOrder();
  /** Opened before, from just these bytes: whoever reads this memory could read the identity as well. */
  const known = new Map<string, { value: Uint8Array; half: KeyHalf }>();

  async function stored(id: string): Promise<KeyHalf | null> {
    // The store is asked each time: what it has no more is not given from here.
    const value = await onStorage(() => store.get(id));
    const before = known.get(id);
    if (before && value && sameBytes(before.value, value)) return asKeyHalf(before.half);
    before?.half.fill(0);
    known.delete(id);
    if (value === null) return null;
    if (value[0] === TOMBSTONE)
      throw new KeyRingError('destroyed', 'the key of this recording was destroyed');
    if (value[0] !== VAULT_HALF) throw new KeyRingError('storage', 'the stored half is damaged');
    const half = await openVaultHalf(id, value.subarray(1), identity);
    const [oldest] = known.keys();
    if (known.size >= kept && oldest !== undefined) known.delete(oldest);
    known.set(id, { value, half: asKeyHalf(half) });
    return half;
  }

  /** False: it is kept already. */
  async function isNew(id: string, envelope: Envelope): Promise<boolean> {
    const before = await stored(id);
    const half = await openVaultHalf(id, envelope, identity);
    const isSame = before?.every((byte, i) => byte === half[i]);
    before?.fill(0);
    half.fill(0);
    if (isSame === false) throw new KeyRingError('exists', 'another half of this recording is kept already');
    return isSame === undefined;
  }

  return {
    async keep(id, envelope) {
      requireId(id);
      await inOrder(id, async () => {
        if (!(await isNew(id, envelope))) return;
        const value = new Uint8Array(1 + envelope.length);
        value[0] = VAULT_HALF;
        value.set(envelope, 1);
        await onStorage(() => store.put(id, value));
      });
    },

    async check(id, envelope) {
      requireId(id);
      await inOrder(id, () => isNew(id, envelope));
    },

    async open(id) {
      requireId(id);
      const half = await inOrder(id, () => stored(id));
      if (half === null) throw new KeyRingError('unknown', 'no half is known for this recording');
      return half;
    },

    async destroy(id) {
      requireId(id);
      // Also for an unknown id: its envelope may come later.
      await inOrder(id, async () => {
        known.get(id)?.half.fill(0);
        known.delete(id);
        await onStorage(() => store.put(id, Uint8Array.of(TOMBSTONE)));
      });
    },
  };
}

/**
 * What a ring's store holds under some name, when the name does not say of which recording: the recording whose half it is, or null for
 * what was destroyed. KeyRingError `storage` or `cannot-open` for what no ring of this identity wrote.
 */
export async function storedHalfId(value: Uint8Array, identity: Opening): Promise<string | null> {
  if (value[0] === TOMBSTONE && value.length === 1) return null;
  if (value[0] !== VAULT_HALF) throw new KeyRingError('storage', 'the stored half is damaged');
  return vaultHalfId(value.subarray(1), identity);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
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
