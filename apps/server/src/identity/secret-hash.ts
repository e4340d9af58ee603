import { createHash } from 'node:crypto';

export type SecretKind =
  | 'code'
  | 'session'
  | 'device handover'
  | 'staff invitation'
  | 'staff session'
  | 'staff challenge'
  | 'recovery code'
  | 'recovery half';

/**
 * What is stored of a code or a token. All are random and long enough that a plain hash of them can't be
 * searched; the domain keeps one from passing as another.
 */
export function secretHash(domain: SecretKind, secret: string): Buffer {
  return createHash('sha256').update(`aboveboard ${domain}\0${secret}`).digest();
}
