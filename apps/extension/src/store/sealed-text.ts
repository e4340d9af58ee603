import type { KeyRing } from '@aboveboard/vault/keyring';
import { makePartSealer } from '@aboveboard/vault/part-sealing';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Values that are words of hers, sealed under the key of a recording beside its parts (SPO5, SPO6). */
export async function sealValue(
  keys: KeyRing,
  id: string,
  kind: string,
  value: unknown,
): Promise<Uint8Array> {
  const sealer = makePartSealer(await keys.open(id), crypto.subtle, random);
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return sealer.seal(plain, { recording: id, index: 0, kind });
}

/** Undefined: the key is gone, or it was not sealed as this. */
export async function openValue<T>(
  keys: KeyRing,
  id: string,
  kind: string,
  sealed: Uint8Array,
): Promise<T | undefined> {
  try {
    const sealer = makePartSealer(await keys.open(id), crypto.subtle, random);
    const plain = await sealer.open(sealed, { recording: id, index: 0, kind });
    return JSON.parse(new TextDecoder().decode(plain)) as T;
  } catch {
    return undefined;
  }
}
