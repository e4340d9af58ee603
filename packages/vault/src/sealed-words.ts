import { Decrypter, Encrypter } from 'age-encryption';
import { oneHybridStanza } from './cell.ts';

/**
 * Words for the representative alone, always of one size, so that an objection with words and one without
 * look alike (spec/objection.md, OBJ5-OBJ6, OBJ19; spec/guardian.md, GRD40).
 */
export const SEALED_WORDS_BYTES = 4096;
const VERSION = 1;
const HEAD = 3;
const AGE_OVERHEAD = 1659;
const PLAIN_BYTES = SEALED_WORDS_BYTES - AGE_OVERHEAD;
/** UTF-8 bytes that there is room for. */
export const WORDS_BYTES_LIMIT = PLAIN_BYTES - HEAD;

/** Throws RangeError for more words than there is room for, or another recipient than a hybrid one. */
export async function sealWords(words: string, recipient: string): Promise<Uint8Array<ArrayBuffer>> {
  const text = new TextEncoder().encode(words);
  if (text.length > WORDS_BYTES_LIMIT) throw new RangeError('more words than there is room for');
  const plain = new Uint8Array(PLAIN_BYTES);
  plain[0] = VERSION;
  new DataView(plain.buffer).setUint16(1, text.length);
  plain.set(text, HEAD);
  const encrypter = new Encrypter();
  try {
    if (!recipient.startsWith('age1pq1')) throw new Error('not a hybrid recipient');
    encrypter.addRecipient(recipient);
  } catch {
    throw new RangeError('not the recipient of words');
  }
  const sealed = await encrypter.encrypt(plain);
  plain.fill(0);
  if (sealed.length !== SEALED_WORDS_BYTES) throw new RangeError('not of the one size');
  return sealed as Uint8Array<ArrayBuffer>;
}

/** Null: no words for this identity; random bytes are as good as any other that don't open. */
export async function openWords(sealed: Uint8Array, identity: string): Promise<string | null> {
  if (sealed.length !== SEALED_WORDS_BYTES) return null;
  const decrypter = new Decrypter();
  decrypter.addIdentity(oneHybridStanza);
  decrypter.addIdentity(identity);
  try {
    const plain = await decrypter.decrypt(sealed);
    if (plain.length !== PLAIN_BYTES || plain[0] !== VERSION) return null;
    const length = new DataView(plain.buffer, plain.byteOffset).getUint16(1);
    if (length > WORDS_BYTES_LIMIT || plain.subarray(HEAD + length).some((byte) => byte !== 0)) return null;
    return new TextDecoder('utf-8', { fatal: true }).decode(plain.subarray(HEAD, HEAD + length));
  } catch {
    return null;
  }
}
