import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** What is wrong with a CRX or its key, in a sentence; it begins with the rule. */
export class CrxFault extends Error {
  override readonly name = 'CrxFault';
}

export type Crx = { id: string; archive: Uint8Array };

/**
 * A CRX3 (DST20): `Cr24`, version, length of the header, the header as a protobuf message, the ZIP. The signature is PKCS #1 v1.5
 * over SHA-256, which has no chance in it: the same key and archive give the same bytes.
 */
export function packCrx(archive: Uint8Array, key: KeyObject): Uint8Array {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  // SignedData { crx_id = 1 }, as bytes inside CrxFileHeader { sha256_with_rsa = 2, signed_header_data = 10000 }.
  const signedData = field(1, idBytes(publicKey));
  const signature = sign('sha256', signedBytes(signedData, archive), key);
  const proof = Buffer.concat([field(1, publicKey), field(2, signature)]);
  const header = Buffer.concat([field(2, proof), field(10_000, signedData)]);
  return Buffer.concat([MAGIC, uint32(3), uint32(header.length), header, archive]);
}

/** Whose signature holds, and over what (DST21). CrxFault for anything that is not a CRX3 as `packCrx` writes it. */
export function readCrx(bytes: Uint8Array): Crx {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 12 || !file.subarray(0, 4).equals(MAGIC)) throw fault('it does not begin as a CRX');
  if (file.readUInt32LE(4) !== 3) throw fault(`its version is ${file.readUInt32LE(4)}, not 3`);
  const length = file.readUInt32LE(8);
  if (length > MOST_HEADER_BYTES || 12 + length > file.length) {
    throw fault(`its header says ${length} bytes`);
  }
  const header = fieldsOf(file.subarray(12, 12 + length));
  const signedData = only(header, 10_000);
  const proof = fieldsOf(only(header, 2));
  if (header.length !== 2 || proof.length !== 2) throw fault('it has another proof than that of one RSA key');
  const publicKey = only(proof, 1);
  const said = fieldsOf(signedData);
  if (said.length !== 1 || !only(said, 1).equals(idBytes(publicKey))) {
    throw fault('its id is not that of its key');
  }
  const archive = file.subarray(12 + length);
  let key: KeyObject;
  try {
    key = createPublicKey({ key: publicKey, type: 'spki', format: 'der' });
  } catch (cause) {
    throw new CrxFault('DST21: its key can’t be read.', { cause });
  }
  if (!isStrong(key)) throw fault('its key is not RSA of at least 2048 bits');
  if (!verify('sha256', signedBytes(signedData, archive), key, only(proof, 2))) {
    throw fault('its signature does not hold');
  }
  return { id: lettersOf(idBytes(publicKey)), archive };
}

/** As policies and update manifests name an extension: 32 letters from a to p. */
export function extensionId(key: KeyObject): string {
  return lettersOf(idBytes(createPublicKey(key).export({ type: 'spki', format: 'der' })));
}

/** CrxFault where it is no key that a CRX can be signed with (DST22). */
export function crxKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new CrxFault('DST22: The key file holds no private key.', { cause });
  }
  if (!isStrong(key)) throw new CrxFault('DST22: The key is not RSA of at least 2048 bits.');
  return key;
}

const MAGIC = Buffer.from('Cr24');
const CONTEXT = Buffer.from('CRX3 SignedData\0');
/** One key and one signature are about 1 KB. */
const MOST_HEADER_BYTES = 16_384;

const fault = (why: string) => new CrxFault(`DST21: This is no CRX that was packed here: ${why}.`);
const isStrong = (key: KeyObject) =>
  key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
const idBytes = (publicKey: Uint8Array) => createHash('sha256').update(publicKey).digest().subarray(0, 16);
const lettersOf = (id: Buffer) =>
  [...id.toString('hex')].map((digit) => 'abcdefghijklmnop'[Number.parseInt(digit, 16)]).join('');
const signedBytes = (signedData: Uint8Array, archive: Uint8Array) =>
  Buffer.concat([CONTEXT, uint32(signedData.length), signedData, archive]);

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Of protobuf's wire types only 2: a length and as many bytes. */
function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}

type Field = { number: number; content: Buffer };

function fieldsOf(message: Buffer): Field[] {
  const found: Field[] = [];
  let at = 0;
  const next = () => {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) throw fault('its header ends early');
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw fault('its header has a number that is too large');
  };
  while (at < message.length) {
    const tag = next();
    if (tag % 8 !== 2) throw fault('its header has a field of another type');
    const length = next();
    if (at + length > message.length) throw fault('its header ends early');
    found.push({ number: tag >>> 3, content: message.subarray(at, at + length) });
    at += length;
  }
  return found;
}

/** Two of a kind would leave it to the reader which one counts. */
function only(fields: readonly Field[], number: number): Buffer {
  const [one, another] = fields.filter((each) => each.number === number);
  if (!one || another) throw fault(`its header has ${one ? 'more than one' : 'no'} field ${number}`);
  return one.content;
}
