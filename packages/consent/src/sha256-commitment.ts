import type { Commitment } from './commitment.ts';

/**
 * Commitments by SHA-256 over a domain, a fresh 32-byte nonce, and the bytes (spec/consent.md, CON20-CON22).
 * Hiding rests on the nonce, which only the contributor keeps; binding on SHA-256.
 */
const DOMAIN = new TextEncoder().encode('aboveboard commitment v1\0');

export function makeSha256Commitment(
  subtle: SubtleCrypto,
  random: (length: number) => Uint8Array,
): Commitment {
  return {
    async make(bytes) {
      const nonce = new Uint8Array(random(32));
      if (nonce.length !== 32) throw new RangeError('a nonce has 32 bytes');
      return { commitment: await commit(nonce, bytes, subtle), nonce };
    },
  };
}

/** Does `commitment` commit to `bytes` under `nonce`? False for anything malformed. */
export async function opensCommitment(
  commitment: Uint8Array,
  nonce: Uint8Array,
  bytes: Uint8Array,
  subtle: SubtleCrypto,
): Promise<boolean> {
  if (commitment.length !== 32 || nonce.length !== 32) return false;
  const expected = await commit(nonce, bytes, subtle);
  return expected.every((byte, i) => byte === commitment[i]);
}

async function commit(nonce: Uint8Array, bytes: Uint8Array, subtle: SubtleCrypto): Promise<Uint8Array> {
  const input = new Uint8Array(DOMAIN.length + nonce.length + bytes.length);
  input.set(DOMAIN);
  input.set(nonce, DOMAIN.length);
  input.set(bytes, DOMAIN.length + nonce.length);
  return new Uint8Array(await subtle.digest('SHA-256', input));
}
