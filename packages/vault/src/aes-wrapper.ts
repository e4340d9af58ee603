import type { RandomBytes } from './part-sealing.ts';
import type { Wrapper } from './stored-keyring.ts';

/**
 * Wraps keys under a WebCrypto AES-GCM key, which a browser keeps non-extractable (spec/vault.md, VLT12).
 * The key never passes through this code as bytes; a copy of the profile folder is another matter, see the
 * spec.
 */
export function makeAesWrapper(key: CryptoKey, subtle: SubtleCrypto, random: RandomBytes): Wrapper {
  const additionalData = (id: string) =>
    new TextEncoder().encode(`aboveboard stored key v1\0${id}`) as Uint8Array<ArrayBuffer>;
  return {
    async wrap(id, bytes) {
      const iv = new Uint8Array(random(12));
      if (iv.length !== 12) throw new RangeError('a nonce has 12 bytes');
      const algorithm = { name: 'AES-GCM', iv, additionalData: additionalData(id) };
      const body = await subtle.encrypt(algorithm, key, new Uint8Array(bytes));
      const wrapped = new Uint8Array(12 + body.byteLength);
      wrapped.set(iv);
      wrapped.set(new Uint8Array(body), 12);
      return wrapped;
    },
    async unwrap(id, wrapped) {
      const iv = new Uint8Array(wrapped.subarray(0, 12));
      const algorithm = { name: 'AES-GCM', iv, additionalData: additionalData(id) };
      return new Uint8Array(await subtle.decrypt(algorithm, key, new Uint8Array(wrapped.subarray(12))));
    },
  };
}
