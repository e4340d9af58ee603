/**
 * A notice for one contributor, as a block of one size among others (spec/breach.md, BRE10-BRE12). The key follows from the hash of
 * her session's token, which her devices can make and the server stores; to everyone else a block is noise, and so is a dummy.
 */
export const NOTICE_BLOCK_BYTES = 2048;
const NONCE = 12;
const TAG = 16;
const ROOM = NOTICE_BLOCK_BYTES - NONCE - TAG - 2;

/** Of a session's token, as the server stores it: SHA-256 over `aboveboard session`, a zero byte, and the token. */
export async function sessionHash(token: string, subtle: SubtleCrypto): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(`aboveboard session\0${token}`);
  return new Uint8Array(await subtle.digest('SHA-256', bytes));
}

/** Throws RangeError for a text that has no room in a block. `random` gives as many bytes as are asked for. */
export async function sealNotice(
  hash: Uint8Array,
  text: string,
  by: { random: (length: number) => Uint8Array<ArrayBuffer>; subtle: SubtleCrypto },
): Promise<Uint8Array<ArrayBuffer>> {
  const said = new TextEncoder().encode(text);
  if (said.length > ROOM) throw new RangeError('a notice is longer than a block');
  const plain = new Uint8Array(2 + ROOM);
  new DataView(plain.buffer).setUint16(0, said.length);
  plain.set(said, 2);
  const nonce = by.random(NONCE);
  const sealed = await by.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, await keyOf(hash, by.subtle), plain);
  const block = new Uint8Array(NOTICE_BLOCK_BYTES);
  block.set(nonce);
  block.set(new Uint8Array(sealed), NONCE);
  return block;
}

/** Null: it is somebody else's, a dummy, or was changed. Never throws for what is in it. */
export async function openNotice(
  hash: Uint8Array,
  block: Uint8Array<ArrayBuffer>,
  subtle: SubtleCrypto,
): Promise<string | null> {
  if (block.length !== NOTICE_BLOCK_BYTES) return null;
  try {
    const iv = block.subarray(0, NONCE);
    const sealed = block.subarray(NONCE);
    const plain = new Uint8Array(
      await subtle.decrypt({ name: 'AES-GCM', iv }, await keyOf(hash, subtle), sealed),
    );
    const length = new DataView(plain.buffer).getUint16(0);
    return length > ROOM ? null : new TextDecoder().decode(plain.subarray(2, 2 + length));
  } catch {
    return null;
  }
}

async function keyOf(hash: Uint8Array, subtle: SubtleCrypto): Promise<CryptoKey> {
  const label = new TextEncoder().encode('aboveboard notice v1\0');
  const bytes = new Uint8Array(label.length + hash.length);
  bytes.set(label);
  bytes.set(hash, label.length);
  const key = await subtle.digest('SHA-256', bytes);
  return subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']);
}
