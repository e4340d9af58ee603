import {
  type AccountClaim,
  type ListedAccount,
  type NewAccount,
  type OwnAccount,
  type OwnSession,
  type PasskeyChallenge,
  type RegistrationChallenge,
  SIGN_IN_WAYS,
  type SignInWays,
  STAFF_ROLES,
  type StaffSession,
} from '@aboveboard/protocol/staff';
import { z } from '@hono/zod-openapi';

/** The messages of `protocol/staff` as schemas. What a ceremony answers is the library's to read: it is bounded here. */
type Schema<T> = z.ZodType<T, T>;

const count = z.int().min(0);
const role = z.enum(STAFF_ROLES);
const code = z.string().min(1).max(60);
const note = z.string().min(1).max(16_384);
const challenge = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'not 32 bytes');
const options = z.record(z.string(), z.any());
const response = z.looseObject({ id: z.string().max(1400) });
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

export const accountId = z.object({ account: z.string().regex(/^[A-Za-z0-9_-]{22}$/, 'not an account') });
export const sessionName = z.object({ session: z.string().regex(/^[A-Za-z0-9_-]{16}$/, 'not a session') });
export const passkeyIndex = z.object({ n: z.string().regex(/^\d$/, 'not a number') });

const claims = [
  z.strictObject({ invitation: code }),
  z.strictObject({ recoveryCode: code }),
  z.strictObject({ recoveryHalves: z.tuple([code, code]) }),
] as const;
export const accountClaim: Schema<AccountClaim> = z.union(claims).openapi('AccountClaim');
export const accountOpening = z
  .strictObject({ claim: z.union(claims), response, note: note.optional() })
  .openapi('AccountOpening');
export const ceremonyAnswer = z.strictObject({ response }).openapi('CeremonyAnswer');
export const partySignature = z.strictObject({ challenge, note }).openapi('PartySignature');
export const providerRequest = z
  .strictObject({
    invitation: code.optional(),
    signed: z.strictObject({ challenge, note }).optional(),
  })
  .openapi('ProviderRequest');
export const providerAddress = z.object({ address: z.url() }).openapi('ProviderAddress');

export const signInWays: Schema<SignInWays> = z
  .object({
    codes: z.boolean(),
    passkeys: z.boolean(),
    passkeyAddress: z.string().nullable(),
    provider: z.boolean(),
    now: count,
  })
  .openapi('SignInWays');
export const passkeyChallenge: Schema<PasskeyChallenge> = z.object({ options }).openapi('PasskeyChallenge');
export const registrationChallenge: Schema<RegistrationChallenge> = z
  .object({ options, role, statement: z.string().nullable() })
  .openapi('RegistrationChallenge');
export const staffSession: Schema<StaffSession> = z
  .object({ role, account: z.string(), expires: count, freshUntil: count.nullable() })
  .openapi('StaffSession');
export const ownSessions: Schema<{ sessions: OwnSession[] }> = z
  .object({
    sessions: z.array(
      z.object({
        ...{ session: z.string(), began: count, expires: count },
        ...{ by: z.enum(SIGN_IN_WAYS), isThis: z.boolean() },
      }),
    ),
  })
  .openapi('OwnSessions');
export const newAccount: Schema<NewAccount> = z
  .object({ session: staffSession, recoveryCode: z.string().nullable() })
  .openapi('NewAccount');

const account = {
  role,
  account: z.string(),
  probe: z.boolean(),
  provider: z.boolean(),
  bound: z.boolean().nullable(),
};
export const ownAccount: Schema<OwnAccount> = z
  .object({ ...account, passkeys: z.array(z.object({ madeOn: day })) })
  .openapi('OwnAccount');
export const listedAccounts: Schema<{ accounts: ListedAccount[] }> = z
  .object({ accounts: z.array(z.object({ ...account, passkeys: count, madeOn: day })) })
  .openapi('ListedAccounts');
export const recoveryHalf = z.object({ half: z.string(), hours: count }).openapi('RecoveryHalf');
