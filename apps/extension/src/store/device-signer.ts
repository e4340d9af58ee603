import type { SigningKey } from '@aboveboard/tlog/signer';
import { kept } from './settings.ts';

/** The key of this device that signs receipts; made once, and no code can read its secret half. */
export async function deviceSigner(database: IDBDatabase): Promise<SigningKey> {
  const store = kept<CryptoKeyPair>(database, 'device-signer');
  let pair = await store.get();
  if (!pair) {
    const made = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
    await store.put(made);
    pair = made;
  }
  const { privateKey, publicKey } = pair;
  return {
    algorithm: 'ed25519',
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)),
    sign: async (message) =>
      new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, message as Uint8Array<ArrayBuffer>)),
  };
}
