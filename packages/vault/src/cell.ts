import { Decrypter, Encrypter, type Identity, type Stanza } from 'age-encryption';
import type { RandomBytes } from './part-sealing.ts';

/**
 * Cells: what a device and a server say to each other through a relay that must not read it, in pieces of
 * one size whatever is said (spec/relay.md, RLY1-RLY9; T2). The relay sees addresses and no content, the
 * server content and no addresses.
 */

/** Bytes that one cell, or one answer, can carry. */
export const CELL_CONTENT = 60 * 1024;

const VERSION = 1;
const KEY_BYTES = 32;
const CELL_HEAD = 1 + KEY_BYTES + 4;
const ANSWER_HEAD = 1 + 4;
const AGE_OVERHEAD = 1659;
const GCM_TAG = 16;

/** What every cell weighs on the wire: an age file of that content for one hybrid recipient. */
export const CELL_BYTES = CELL_HEAD + CELL_CONTENT + AGE_OVERHEAD;
/** What every answer weighs on the wire. */
export const ANSWER_BYTES = ANSWER_HEAD + CELL_CONTENT + GCM_TAG;

export type CellErrorCode = 'too-long' | 'bad-recipient' | 'bad-random' | 'cannot-open';
export class CellError extends Error {
  override readonly name = 'CellError';
  readonly code: CellErrorCode;
  constructor(code: CellErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Known to the device that made the cell and to the server that opened it; used for one answer. */
export type AnswerKey = Uint8Array<ArrayBuffer>;

/**
 * Seals up to CELL_CONTENT bytes for the server's relay recipient. `too-long` for more, `bad-recipient` for
 * anything but a hybrid one. The caller keeps the answer key until the answer has come, and no longer.
 */
export async function sealCell(
  content: Uint8Array,
  recipient: string,
  random: RandomBytes,
): Promise<{ cell: Uint8Array<ArrayBuffer>; answerKey: AnswerKey }> {
  if (content.length > CELL_CONTENT)
    throw new CellError('too-long', `a cell carries ${CELL_CONTENT} bytes at most`);
  const answerKey = new Uint8Array(random(KEY_BYTES));
  if (answerKey.length !== KEY_BYTES) throw new CellError('bad-random', 'an answer key has 32 bytes');
  const plain = new Uint8Array(CELL_HEAD + CELL_CONTENT);
  plain[0] = VERSION;
  plain.set(answerKey, 1);
  new DataView(plain.buffer).setUint32(1 + KEY_BYTES, content.length);
  plain.set(content, CELL_HEAD);
  const encrypter = new Encrypter();
  try {
    if (!recipient.startsWith('age1pq1')) throw new Error('not a hybrid recipient');
    encrypter.addRecipient(recipient);
  } catch {
    // The library's error could quote what was given.
    throw new CellError('bad-recipient', 'the recipient of a cell must be a hybrid one (age1pq1...)');
  }
  const cell = await encrypter.encrypt(plain);
  plain.fill(0);
  if (cell.length !== CELL_BYTES) throw new CellError('too-long', 'the cell is not of the size of all cells');
  return { cell: cell as Uint8Array<ArrayBuffer>, answerKey };
}

/** Opens cells for one identity; `cannot-open` for whatever is not a cell sealed to it, without saying why. */
export function makeCellOpener(
  identity: string,
): (cell: Uint8Array) => Promise<{ content: Uint8Array; answerKey: AnswerKey }> {
  return async (cell) => {
    if (cell.length !== CELL_BYTES) throw new CellError('cannot-open', 'not of the size of a cell');
    const decrypter = new Decrypter();
    decrypter.addIdentity(oneHybridStanza);
    decrypter.addIdentity(identity);
    let plain: Uint8Array;
    try {
      plain = await decrypter.decrypt(cell);
    } catch (cause) {
      throw new CellError('cannot-open', 'not a cell for this server', { cause });
    }
    if (plain.length !== CELL_HEAD + CELL_CONTENT || plain[0] !== VERSION)
      throw new CellError('cannot-open', 'not a cell of this version');
    const answerKey = new Uint8Array(plain.subarray(1, 1 + KEY_BYTES));
    return { content: contentOf(plain, CELL_HEAD), answerKey };
  };
}

/** Seals up to CELL_CONTENT bytes under a key that is used for this answer alone. */
export async function sealAnswer(
  content: Uint8Array,
  answerKey: AnswerKey,
  subtle: SubtleCrypto,
): Promise<Uint8Array<ArrayBuffer>> {
  if (content.length > CELL_CONTENT)
    throw new CellError('too-long', `an answer carries ${CELL_CONTENT} bytes at most`);
  const plain = new Uint8Array(ANSWER_HEAD + CELL_CONTENT);
  plain[0] = VERSION;
  new DataView(plain.buffer).setUint32(1, content.length);
  plain.set(content, ANSWER_HEAD);
  const key = await subtle.importKey('raw', answerKey, 'AES-GCM', false, ['encrypt']);
  return new Uint8Array(await subtle.encrypt(ONE_USE, key, plain));
}

/** `cannot-open` for an answer that is not the one to this key's cell. */
export async function openAnswer(
  answer: Uint8Array<ArrayBuffer>,
  answerKey: AnswerKey,
  subtle: SubtleCrypto,
): Promise<Uint8Array> {
  if (answer.length !== ANSWER_BYTES) throw new CellError('cannot-open', 'not of the size of an answer');
  const key = await subtle.importKey('raw', answerKey, 'AES-GCM', false, ['decrypt']);
  let plain: Uint8Array;
  try {
    plain = new Uint8Array(await subtle.decrypt(ONE_USE, key, answer));
  } catch (cause) {
    throw new CellError('cannot-open', 'not the answer to this cell', { cause });
  }
  if (plain[0] !== VERSION) throw new CellError('cannot-open', 'not an answer of this version');
  return contentOf(plain, ANSWER_HEAD);
}

// The key seals one answer and is then forgotten, so that the nonce can be zero.
const ONE_USE = {
  name: 'AES-GCM',
  iv: new Uint8Array(12),
  additionalData: new TextEncoder().encode('aboveboard answer v1'),
};

/** What stands after the length before `head`; the fill must be zero, so that it is no channel of its own. */
function contentOf(plain: Uint8Array, head: number): Uint8Array {
  const length = new DataView(plain.buffer, plain.byteOffset, plain.byteLength).getUint32(head - 4);
  if (length > CELL_CONTENT) throw new CellError('cannot-open', 'declares more than it can hold');
  if (plain.subarray(head + length).some((byte) => byte !== 0))
    throw new CellError('cannot-open', 'the fill is not zero');
  return plain.subarray(head, head + length);
}

/** Asked first: what is sealed for two would have two readers. Opens nothing itself. */
export const oneHybridStanza: Identity = {
  unwrapFileKey(stanzas: Stanza[]) {
    if (stanzas.length !== 1 || stanzas[0]?.args[0] !== 'mlkem768x25519')
      throw new Error('has one hybrid recipient, and no other');
    return null;
  },
};
