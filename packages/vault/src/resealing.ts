import { openNamed, sealEnvelope } from './envelope.ts';
import { openNamedVaultHalf, sealVaultHalf } from './half-envelope.ts';
import { asKeyHalf } from './key-half.ts';
import { type Envelope, KeyRingError } from './keyring.ts';
import { asRecordingKey } from './recording-key.ts';

/**
 * What a holder keeps, sealed to another identity of the same holder (spec/vault.md, VLT103-VLT105). Here is nothing but
 * the old bytes and the new ones; whoever calls replaces the one by the other in one step.
 */
export type SealedKind = 'half' | 'key';

/** `id`: of which recording, as the envelope itself says. `fresh`: null when the newest identity opens it already. */
export type Resealed = { id: string; fresh: Envelope | null };

type Opened = { id: string; bytes: Uint8Array };

/** What opens at one holder: the newest with its recipient, and those before it. */
export type HeldIdentities = { newest: string; recipient: string; older: readonly string[] };

/**
 * For the newest of what is held. KeyRingError `cannot-open` for what none of them opens; then nothing is to be replaced.
 * What is given back was opened again and held against what went in.
 */
export async function reseal(
  kind: SealedKind,
  envelope: Envelope,
  { newest, recipient, older }: HeldIdentities,
): Promise<Resealed> {
  const before = await opened(kind, envelope, [newest]).catch((error: unknown) => {
    if (error instanceof KeyRingError && error.isForAnother) return null;
    throw error;
  });
  if (before) {
    before.bytes.fill(0);
    return { id: before.id, fresh: null };
  }
  const { id, bytes } = await opened(kind, envelope, older);
  try {
    const fresh = await sealed(kind, { id, bytes }, recipient);
    const again = await opened(kind, fresh, [newest]);
    const isSame = again.id === id && again.bytes.every((byte, i) => byte === bytes[i]);
    again.bytes.fill(0);
    if (!isSame) throw new KeyRingError('storage', 'what was sealed anew holds something else');
    return { id, fresh };
  } finally {
    bytes.fill(0);
  }
}

/** Whether one of `identities` opens it. What is no envelope of this kind at all is a KeyRingError, and never a no. */
export async function opensWith(
  kind: SealedKind,
  envelope: Envelope,
  identities: readonly string[],
): Promise<boolean> {
  try {
    (await opened(kind, envelope, identities)).bytes.fill(0);
    return true;
  } catch (error) {
    if (error instanceof KeyRingError && error.isForAnother) return false;
    throw error;
  }
}

async function opened(kind: SealedKind, envelope: Envelope, identities: readonly string[]): Promise<Opened> {
  if (kind === 'half') {
    const { half, named } = await openNamedVaultHalf(envelope, identities);
    return { id: named, bytes: half };
  }
  const { key, named } = await openNamed(envelope, identities);
  return { id: named, bytes: key };
}

function sealed(kind: SealedKind, { id, bytes }: Opened, recipient: string): Promise<Envelope> {
  return kind === 'half'
    ? sealVaultHalf(id, asKeyHalf(bytes), recipient)
    : sealEnvelope(id, asRecordingKey(bytes), [recipient]);
}
