import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { STAFF_ROLES, type StaffRole } from '@aboveboard/protocol/staff';
import { z } from 'zod';
import { isLoopback } from '../listener.ts';

/** The organisation's provider, as the operator names it in `identity.json` (IDN30-IDN34). */
export type ProviderConfig = {
  issuer: string;
  clientId: string;
  /** Null: a client that only PKCE vouches for. */
  clientSecret: string | null;
  claim: string;
  roles: Readonly<Record<string, StaffRole>>;
  /** Algorithm of the ID token's signature. */
  algorithm: string;
};

/**
 * What people write themselves at many providers, or what several people can have (IDN32). Whoever may change it must
 * not be able to choose a role.
 */
const EDITABLE = new Set([
  'sub',
  'name',
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'email',
  'email_verified',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'phone_number',
  'phone_number_verified',
  'address',
  'updated_at',
  'upn',
  'unique_name',
]);

const schema = z.strictObject({
  provider: z
    .strictObject({
      issuer: z.url().max(500),
      clientId: z.string().min(1).max(200),
      clientSecretFile: z.string().optional(),
      claim: z
        .string()
        .min(1)
        .max(200)
        .refine((claim) => !EDITABLE.has(claim.toLowerCase()), 'a claim that people can edit themselves'),
      roles: z.record(z.string().min(1).max(200), z.enum(STAFF_ROLES)),
      algorithm: z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']).default('RS256'),
    })
    .optional(),
});

/** Null: no such file, or no provider in it. A sentence for everything that can't be meant. */
export function readProviderConfig(root: string): ProviderConfig | null {
  const path = join(root, 'identity.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const parsed = schema.safeParse(asJson(text, path));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path: at, message }) => `  ${at.join('.')}: ${message}`);
    throw new Error(`${path} can not be relied on:\n${faults.join('\n')}`);
  }
  const { provider } = parsed.data;
  if (!provider) return null;
  const { issuer, clientSecretFile, roles, ...rest } = provider;
  const { protocol, hostname } = new URL(issuer);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    throw new Error(`${path}: the issuer must be HTTPS.`);
  if (Object.values(roles).includes('representative')) {
    throw new Error(
      `${path}: the representative does not sign in through the employer's provider. Use passkeys for that role.`,
    );
  }
  return { ...rest, issuer, roles, clientSecret: clientSecretFile ? readSecretFile(clientSecretFile) : null };
}

/** A secret in a file that only its owner reads (IDN64). */
export function readSecretFile(path: string): string {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw new Error(`${path} holds a secret, and others than its owner may read it. Run: chmod 600 ${path}`);
  const secret = readFileSync(path, 'utf8').trim();
  if (secret === '') throw new Error(`${path} is empty.`);
  return secret;
}

function asJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} is not JSON.`, { cause });
  }
}
