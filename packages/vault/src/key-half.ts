import { KeyRingError, type RecordingKey } from './keyring.ts';
import type { RandomBytes } from './part-sealing.ts';
import { asRecordingKey } from './recording-key.ts';

/**
 * A recording's key in two halves (spec/vault.md, VLT40-VLT43; T12): the guardian's is random, the vault's is the
 * key under it as a one-time pad. Each alone is 32 random bytes and tells nothing of the key, however much the one
 * who holds it can compute.
 */
export type KeyHalf = Uint8Array & { readonly __keyHalf: unique symbol };
export type KeyHalves = { vault: KeyHalf; guardian: KeyHalf };

/** Another split at each call. Whoever calls wipes key and halves when they are sealed. */
export function splitKey(key: RecordingKey, random: RandomBytes): KeyHalves {
  const guardian = random(32);
  if (guardian.length !== 32 || guardian.every((byte) => byte === 0)) {
    // With a half of zeros the other one would be the key.
    throw new KeyRingError('storage', 'the source of randomness gave no half');
  }
  return { vault: xor(asRecordingKey(key), guardian), guardian: asKeyHalf(guardian) };
}

/** The key that was split; 32 bytes that open nothing if the two are not of one split. */
export function joinHalves({ vault, guardian }: KeyHalves): RecordingKey {
  return asRecordingKey(xor(asKeyHalf(vault), asKeyHalf(guardian)));
}

/** A copy of `bytes` as a half; KeyRingError `cannot-open` when it has not 32 bytes. */
export function asKeyHalf(bytes: Uint8Array): KeyHalf {
  if (bytes.length !== 32) throw new KeyRingError('cannot-open', 'a half of a key has 32 bytes');
  return new Uint8Array(bytes) as Uint8Array as KeyHalf;
}

function xor(left: Uint8Array, right: Uint8Array): KeyHalf {
  return asKeyHalf(left.map((byte, i) => byte ^ (right[i] as number)));
}
