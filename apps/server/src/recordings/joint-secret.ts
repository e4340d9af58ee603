import type { Access } from '@aboveboard/vault/journal';
import type { GrantedKeys } from './granted-keys.ts';

const DOMAIN = 'aboveboard joint secret v1';

/**
 * 32 bytes of the keys of everything that an access covers, and `salt`: the same under any other access to the same. Who has the
 * salt alone, or the vault's halves with it, has nothing; and when one of the recordings is erased, nobody ever gets them again
 * (REL4). Throws as `keyFor`.
 */
export async function jointSecret(
  access: Access,
  salt: Uint8Array,
  { keys, subtle }: { keys: Pick<GrantedKeys, 'keyFor'>; subtle: SubtleCrypto },
): Promise<Uint8Array> {
  const said = new Uint8Array([...new TextEncoder().encode(DOMAIN), 0, ...salt]);
  const whole = new Uint8Array(said.length + 32 * access.ids.size);
  whole.set(said);
  let at = said.length;
  for (const id of [...access.ids].sort()) {
    const key = await keys.keyFor(access, id);
    try {
      whole.set(await hmac(key, said, subtle), at);
    } finally {
      key.fill(0);
    }
    at += 32;
  }
  const secret = new Uint8Array(await subtle.digest('SHA-256', whole));
  whole.fill(0);
  return secret;
}

async function hmac(
  key: Uint8Array,
  said: Uint8Array<ArrayBuffer>,
  subtle: SubtleCrypto,
): Promise<Uint8Array> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const secret = await subtle.importKey('raw', new Uint8Array(key), algorithm, false, ['sign']);
  return new Uint8Array(await subtle.sign('HMAC', secret, said));
}
