import { hex } from '@aboveboard/consent/canonical-json';
import { digestOf } from './kept-tasks.ts';
import type { ReleaseCiphers, ReleaseSecret } from './release-secret.ts';

const MARK_BYTES = 32;

/**
 * What one process of a build leaves for the others, sealed under the release's secret: only who can open every recording of the build
 * reads it (REL4). Mark, then AES-256-GCM under a key of the mark: a key is for one content, and the same content is the same bytes. Under
 * another name it does not open.
 */
export async function sealNote(
  value: unknown,
  name: string,
  { secret, subtle }: { secret: ReleaseSecret; subtle: ReleaseCiphers },
): Promise<Uint8Array> {
  const plain = new TextEncoder().encode(JSON.stringify(value));
  const mark = await secret.bytes('mark of a note', name, await digestOf(plain, subtle));
  const key = await keyOf(mark, name, secret, subtle);
  const body = await subtle.encrypt(algorithm(mark), key, plain);
  const sealed = new Uint8Array(MARK_BYTES + body.byteLength);
  sealed.set(mark);
  sealed.set(new Uint8Array(body), MARK_BYTES);
  return sealed;
}

/** Null: of another release, under another name, or not what was sealed. Whoever has the folder can have written anything. */
export async function openNote(
  sealed: Uint8Array,
  name: string,
  { secret, subtle }: { secret: ReleaseSecret; subtle: ReleaseCiphers },
): Promise<unknown | null> {
  const mark = sealed.slice(0, MARK_BYTES);
  if (mark.length < MARK_BYTES) return null;
  const key = await keyOf(mark, name, secret, subtle);
  try {
    const plain = await subtle.decrypt(algorithm(mark), key, sealed.slice(MARK_BYTES));
    return JSON.parse(new TextDecoder().decode(plain)) as unknown;
  } catch {
    return null;
  }
}

async function keyOf(mark: Uint8Array, name: string, secret: ReleaseSecret, subtle: ReleaseCiphers) {
  const bytes = new Uint8Array(await secret.bytes('key of a note', name, hex(mark)));
  return subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

function algorithm(mark: Uint8Array) {
  return { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: new Uint8Array(mark) };
}
