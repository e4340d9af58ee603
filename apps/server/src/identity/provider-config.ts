import { STAFF_ROLES, type StaffRole } from '@aboveboard/protocol/staff';
import { z } from 'zod';
import { isLoopback } from '../listener.ts';
import { readOperatorFile, readSecretFile } from '../operator-file.ts';

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
  const file = readOperatorFile(root, 'identity.json', schema);
  const provider = file?.said.provider;
  if (!file || !provider) return null;
  const { path } = file;
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
