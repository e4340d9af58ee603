import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import type { ReleaseCiphers } from '@aboveboard/dataset/release/release-secret';
import type { PartCiphers } from '@aboveboard/vault/part-sealing';

const TAG_BYTES = 16;

/**
 * The ciphers of parts and shards by Node's own crypto, at once: the same bytes as WebCrypto's, which sends each of them through
 * another thread, and that costs several times what a part of some kilobytes does. A part has a few megabytes at most, so nothing
 * waits long. Its keys are of use here only, and it looks neither at what they are for nor at what is asked besides.
 */
export const nodeCiphers = {
  async importKey(_format: 'raw', material: Uint8Array) {
    return createSecretKey(material);
  },
  async deriveKey({ salt, info }: HkdfParams, root: unknown) {
    const key = new Uint8Array(hkdfSync('sha256', root as KeyObject, bytes(salt), bytes(info), 32));
    return createSecretKey(key);
  },
  async encrypt({ iv, additionalData }: AesGcmParams, key: unknown, plain: Uint8Array) {
    const cipher = createCipheriv('aes-256-gcm', key as KeyObject, bytes(iv), { authTagLength: TAG_BYTES });
    cipher.setAAD(bytes(additionalData));
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  },
  /** Throws where the tag is not right; nothing is given before that was seen. */
  async decrypt({ iv, additionalData }: AesGcmParams, key: unknown, sealed: Uint8Array) {
    if (sealed.length < TAG_BYTES) throw new RangeError('too short to bear a tag');
    const end = sealed.length - TAG_BYTES;
    const cipher = createDecipheriv('aes-256-gcm', key as KeyObject, bytes(iv), {
      authTagLength: TAG_BYTES,
    });
    cipher.setAAD(bytes(additionalData));
    cipher.setAuthTag(sealed.subarray(end));
    const plain = cipher.update(sealed.subarray(0, end));
    cipher.final();
    return plain;
  },
  async sign(_algorithm: 'HMAC', key: unknown, data: Uint8Array) {
    return createHmac('sha256', key as KeyObject)
      .update(data)
      .digest();
  },
  async digest(_algorithm: 'SHA-256', data: Uint8Array) {
    return createHash('sha256').update(data).digest();
  },
} as unknown as PartCiphers & ReleaseCiphers;

function bytes(data: BufferSource | undefined): Uint8Array {
  if (data === undefined) return new Uint8Array(0);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
