import { KeyRingError, type RecordingKey } from './keyring.ts';
import type { RandomBytes } from './part-sealing.ts';

/** A copy of `bytes` as a recording key; KeyRingError `cannot-open` when it has not 32 bytes. */
export function asRecordingKey(bytes: Uint8Array): RecordingKey {
  if (bytes.length !== 32) throw new KeyRingError('cannot-open', 'a recording key has 32 bytes');
  return new Uint8Array(bytes) as Uint8Array as RecordingKey;
}

/** A fresh key. A source that gives nothing but zeros is broken, and what it made would open for anyone. */
export function freshRecordingKey(random: RandomBytes): RecordingKey {
  const bytes = random(32);
  if (bytes.length !== 32 || bytes.every((byte) => byte === 0)) {
    throw new KeyRingError('storage', 'the source of randomness gave no key');
  }
  return asRecordingKey(bytes);
}

/** Ids of recordings are base64url; anything else could be a path, a name, or a trick on an encoding. */
export function isRecordingId(id: unknown): id is string {
  return typeof id === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(id);
}
