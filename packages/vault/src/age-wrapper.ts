import { openEnvelope, recipientOf, sealEnvelope } from './envelope.ts';
import { asRecordingKey } from './recording-key.ts';
import type { Wrapper } from './stored-keyring.ts';

/** Wraps keys for one hybrid age identity, such as a server reads from a file of its own (VLT13). */
export async function makeAgeWrapper(identity: string): Promise<Wrapper> {
  const recipient = await recipientOf(identity);
  return {
    wrap: (id, key) => sealEnvelope(id, asRecordingKey(key), [recipient]),
    unwrap: (id, wrapped) => openEnvelope(id, wrapped, [identity]),
  };
}
