import { openEnvelope, recipientOf, sealEnvelope } from './envelope.ts';
import { asRecordingKey } from './recording-key.ts';
import type { Wrapper } from './stored-keyring.ts';

/**
 * Wraps keys for a hybrid age identity, such as a server reads from a file of its own (VLT13). `older`: unwraps what was
 * wrapped for these, and wraps nothing for them.
 */
export async function makeAgeWrapper(identity: string, older: readonly string[] = []): Promise<Wrapper> {
  const recipient = await recipientOf(identity);
  return {
    wrap: (id, key) => sealEnvelope(id, asRecordingKey(key), [recipient]),
    unwrap: (id, wrapped) => openEnvelope(id, wrapped, [identity, ...older]),
  };
}
