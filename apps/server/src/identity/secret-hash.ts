import { createHash } from 'node:crypto';

/**
 * What is stored of a code or a token. Both are random and long enough that a plain hash of them can't be
 * searched; the domain keeps one from passing as the other.
 */
export function secretHash(domain: 'code' | 'session', secret: string): Buffer {
  return createHash('sha256').update(`aboveboard ${domain}\0${secret}`).digest();
}
