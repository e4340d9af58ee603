import { webcrypto } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { KeepValue } from '@aboveboard/capture/line/kept-value';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { makePartSealer } from '@aboveboard/vault/part-sealing';
import { syncFolder, writeDurably } from './durable-file.ts';
import { missing } from './folder-keys.ts';
import type { RecorderFolder } from './recorder-folder.ts';

/** An id that no recording has: the key ring knows keys by ids of this form. */
const KEY = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** Values of this device, each a file of its own, sealed (DSK52). One that can't be read is none (DSK54). */
export async function folderValues(folder: RecorderFolder, keys: KeyRing): Promise<KeepValue> {
  const at = join(folder.path, 'values');
  await mkdir(at, { mode: 0o700, recursive: true });
  const sealer = await sealerOf(keys);
  return <T>(name: string) => {
    const path = join(at, name);
    const label = { recording: KEY, index: 0, kind: name };
    let turn: Promise<unknown> = Promise.resolve();
    const inTurn = <R>(work: () => Promise<R>): Promise<R> => {
      const done = turn.then(work);
      turn = done.catch(() => undefined);
      return done;
    };
    return {
      async get() {
        const sealed = await readFile(path).catch(missing);
        if (!sealed) return null;
        try {
          return deserialize(await sealer.open(new Uint8Array(sealed), label)) as T;
        } catch {
          return null;
        }
      },
      put(value) {
        // As it is now: whoever keeps it may go on changing it.
        const plain = new Uint8Array(serialize(value));
        return inTurn(async () => writeDurably(path, await sealer.seal(plain, label)));
      },
      remove: () =>
        inTurn(async () => {
          await rm(path, { force: true });
          await syncFolder(at);
        }),
    };
  };
}

async function sealerOf(keys: KeyRing): Promise<ReturnType<typeof makePartSealer>> {
  const key = await keys.open(KEY).catch(async () => {
    await keys.create(KEY);
    return keys.open(KEY);
  });
  const random = (length: number) => webcrypto.getRandomValues(new Uint8Array(length));
  return makePartSealer(key, webcrypto.subtle as SubtleCrypto, random);
}
