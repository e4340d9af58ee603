import { Decrypter, Encrypter, type Identity, identityToRecipient, type Stanza } from 'age-encryption';
import { type Envelope, KeyRingError, type RecordingKey } from './keyring.ts';
import { asRecordingKey, isRecordingId } from './recording-key.ts';

/**
 * A recording's key as an age file for named recipients (spec/sealing.md, SEAL20-SEAL24). Hybrid recipients
 * (ML-KEM-768 + X25519) only: one classic recipient in the list would make the whole envelope readable to
 * whoever breaks the classic curve later, so a mixture is an error on both ends. The content names the
 * recording, so that an envelope can't be passed off as another's.
 */
const HYBRID_PREFIX = 'age1pq1';
const HYBRID_IDENTITY_PREFIX = 'AGE-SECRET-KEY-PQ-1';
const HYBRID_STANZA = 'mlkem768x25519';
/** The first byte of the content; 2 to 4 are those of halves (half-envelope.ts, job-halves.ts). */
const WHOLE_KEY = 1;
/** Far above what 64 recipients need; an age header is text of unbounded length. */
export const ENVELOPE_LIMIT = 256 * 1024;
export const RECIPIENT_LIMIT = 64;

export async function sealEnvelope(
  id: string,
  key: RecordingKey,
  recipients: readonly string[],
): Promise<Envelope> {
  if (!isRecordingId(id)) throw new KeyRingError('unknown', 'not the id of a recording');
  const name = new TextEncoder().encode(id);
  const content = new Uint8Array(1 + 32 + name.length);
  content[0] = WHOLE_KEY;
  content.set(key, 1);
  content.set(name, 33);
  return sealContent(content, recipients);
}

/** The key of `id`; KeyRingError `cannot-open` for anything but an envelope of this recording for one of `identities`. */
export async function openEnvelope(
  id: string,
  envelope: Envelope,
  identities: readonly string[],
): Promise<RecordingKey> {
  const { named, key } = await openNamed(envelope, identities);
  if (named === id) return key;
  key.fill(0);
  throw new KeyRingError('cannot-open', 'the envelope does not hold the key of this recording');
}

/** The key in an envelope for one of `identities`, and the recording whose it says it is; KeyRingError `cannot-open`. */
export async function openNamed(
  envelope: Envelope,
  identities: readonly string[],
): Promise<{ named: string; key: RecordingKey }> {
  const content = await openContent(envelope, identities, { recipients: RECIPIENT_LIMIT });
  try {
    const named = new TextDecoder().decode(content.subarray(33));
    if (content[0] !== WHOLE_KEY || !isRecordingId(named)) {
      throw new KeyRingError('cannot-open', 'the envelope does not hold the key of a recording');
    }
    return { named, key: asRecordingKey(content.subarray(1, 33)) };
  } finally {
    content.fill(0);
  }
}

/** Seals `content`, and wipes it. For the envelopes of this package, which begin with a byte of their kind. */
export async function sealContent(
  content: Uint8Array<ArrayBuffer>,
  recipients: readonly string[],
): Promise<Envelope> {
  try {
    return await encrypterFor(recipients).encrypt(content);
  } finally {
    content.fill(0);
  }
}

/** What an envelope of at most so many recipients holds; KeyRingError `cannot-open`. The caller wipes it. */
export async function openContent(
  envelope: Envelope,
  identities: readonly string[],
  most: { recipients: number },
): Promise<Uint8Array> {
  if (envelope.length > ENVELOPE_LIMIT) throw new KeyRingError('cannot-open', 'the envelope is too large');
  const decrypter = new Decrypter();
  decrypter.addIdentity(refuseMixture(most.recipients));
  for (const identity of identities) decrypter.addIdentity(hybridIdentity(identity));
  // Asked last, when none of the others fitted.
  let isForAnother = false;
  decrypter.addIdentity({
    unwrapFileKey() {
      isForAnother = true;
      return null;
    },
  });
  try {
    return await decrypter.decrypt(envelope);
  } catch (cause) {
    const message = 'not an envelope that this key ring can open';
    throw new KeyRingError('cannot-open', message, { cause, isForAnother });
  }
}

function encrypterFor(recipients: readonly string[]): Encrypter {
  if (recipients.length === 0 || recipients.length > RECIPIENT_LIMIT) {
    throw new KeyRingError('bad-recipient', `an envelope has 1 to ${RECIPIENT_LIMIT} recipients`);
  }
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    if (typeof recipient !== 'string' || !recipient.startsWith(HYBRID_PREFIX)) {
      throw new KeyRingError('bad-recipient', 'every recipient must be a hybrid one (age1pq1...)');
    }
    try {
      encrypter.addRecipient(recipient);
    } catch {
      // The library's error could quote what was given; a secret key pasted here must not travel on.
      throw new KeyRingError('bad-recipient', 'a recipient is malformed');
    }
  }
  return encrypter;
}

/** The recipient of a hybrid identity, to give to those who should be able to send it envelopes. */
export async function recipientOf(identity: string): Promise<string> {
  return identityToRecipient(hybridIdentity(identity));
}

function hybridIdentity(identity: string): string {
  if (!identity.startsWith(HYBRID_IDENTITY_PREFIX)) {
    throw new KeyRingError('bad-recipient', 'an identity of a key ring must be a hybrid one');
  }
  return identity;
}

/** Asked first, before any identity: sees every stanza of the header and opens none. */
function refuseMixture(most: number): Identity {
  return {
    unwrapFileKey(stanzas: Stanza[]) {
      if (stanzas.length > most || stanzas.some((stanza) => stanza.args[0] !== HYBRID_STANZA)) {
        throw new Error('an envelope has hybrid recipients only');
      }
      return null;
    },
  };
}
