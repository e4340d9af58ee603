import { randomBytes, webcrypto } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeAesWrapper } from '@aboveboard/vault/aes-wrapper';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { type KeyStore, makeStoredKeyRing } from '@aboveboard/vault/stored-keyring';
import { syncFolder, writeDurably } from './durable-file.ts';
import type { RecorderFolder } from './recorder-folder.ts';

/**
 * Keys of recordings as files, wrapped under a key of this device that lies beside them, for its owner alone. That keeps a
 * key that was destroyed destroyed; it keeps nothing from somebody who can read all of the owner's files: disk encryption
 * does (SPO4 says the same of the browser).
 */
export async function folderKeyRing(folder: RecorderFolder): Promise<KeyRing> {
  const raw = await deviceKey(join(folder.path, 'device.key'));
  const key = await webcrypto.subtle.importKey('raw', new Uint8Array(raw), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ]);
  raw.fill(0);
  const random = (length: number) => new Uint8Array(randomBytes(length));
  return makeStoredKeyRing({
    store: keyFiles(folder.keys),
    wrapper: makeAesWrapper(key as CryptoKey, webcrypto.subtle as SubtleCrypto, random),
    random,
  });
}

async function deviceKey(path: string): Promise<Buffer> {
  const known = await readFile(path).catch(missing);
  if (known && known.length === 32) return known;
  if (known) throw new Error('the key of this device is damaged');
  const fresh = randomBytes(32);
  await writeDurably(path, fresh);
  return fresh;
}

/** Ids are the recordings' own (REC4): letters, digits, `-` and `_`; a ring checks that before it asks. */
export function keyFiles(folder: string): KeyStore {
  const pathOf = (id: string) => join(folder, id);
  return {
    async get(id) {
      const bytes = await readFile(pathOf(id)).catch(missing);
      return bytes && new Uint8Array(bytes);
    },
    put: (id, value) => writeDurably(pathOf(id), value),
    async delete(id) {
      await rm(pathOf(id), { force: true });
      await syncFolder(folder);
    },
  };
}

export function missing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
