import type { Role } from './installation.ts';

/**
 * How stewards, researchers and the operator sign in (spec/identity.md). Every request carries the proof of
 * IDN41, from the first on: its key becomes the session's.
 *
 *   GET    /api/staff/ways                      -> SignInWays
 *   POST   /api/staff/passkeys/challenge        -> PasskeyChallenge (sign in)
 *   POST   /api/staff/passkeys/assertion        { response } -> StaffSession
 *   POST   /api/staff/accounts/challenge        AccountClaim -> RegistrationChallenge (an invitation, or a recovery)
 *   POST   /api/staff/accounts                  AccountClaim & { response, note? } -> NewAccount
 *   POST   /api/staff/provider                  { invitation? } -> { address }: go there
 *   GET    /api/staff/provider/answer           where the provider sends the browser back to
 *   GET    /api/staff/session                   -> StaffSession
 *   DELETE /api/staff/session                   -> 204
 *   GET    /api/staff/sessions                  -> { sessions: OwnSession[] }
 *   DELETE /api/staff/sessions                  -> 204 (all but this one)
 *   DELETE /api/staff/sessions/{session}        -> 204 (one)
 *   POST   /api/staff/session/challenge         -> PasskeyChallenge (fresh again)
 *   POST   /api/staff/session/fresh             { response } -> StaffSession
 *   GET    /api/staff/account                   -> OwnAccount
 *   POST   /api/staff/account/challenge         -> RegistrationChallenge (one more passkey, or to bind: fresh)
 *   POST   /api/staff/account/passkeys          { response } -> OwnAccount (fresh)
 *   DELETE /api/staff/account/passkeys/{n}      -> OwnAccount (fresh)
 *   POST   /api/staff/account/party             { challenge, note } -> OwnAccount (fresh)
 *   GET    /api/staff/accounts                  -> { accounts: ListedAccount[] } (the parties)
 *   POST   /api/staff/accounts/{account}/recovery -> { half, hours } (two parties, fresh)
 */
export const STAFF_ROLES = [
  'employer',
  'representative',
  'dpo',
  'researcher',
  'operator',
] as const satisfies readonly Exclude<Role, 'contributor'>[];
export type StaffRole = (typeof STAFF_ROLES)[number];

export type SignInWays = {
  /** The installation's one-time codes sign staff in: a demonstration. */
  codes: boolean;
  /** Whether the browser came by a name for which passkeys can be made. Else the address to come by, if any. */
  passkeys: boolean;
  passkeyAddress: string | null;
  provider: boolean;
  /** Seconds since the epoch; the clock that proofs are held to. */
  now: number;
};

/** Options of WebAuthn as JSON, as `navigator.credentials` wants them. */
export type PasskeyChallenge = { options: Record<string, unknown> };
export type RegistrationChallenge = PasskeyChallenge & {
  role: StaffRole;
  /** What the party's two keys sign (IDN11); null: nothing needs to be. */
  statement: string | null;
};

/** With what an account is made or recovered: an invitation, her recovery code, or the two halves of one. */
export type AccountClaim =
  | { invitation: string }
  | { recoveryCode: string }
  | { recoveryHalves: [string, string] };

export type StaffSession = {
  role: StaffRole;
  account: string;
  /** Seconds since the epoch. */
  expires: number;
  freshUntil: number | null;
};

/** One of her own (IDN80). `session` opens nothing; times in seconds since the epoch. */
export type OwnSession = {
  session: string;
  began: number;
  expires: number;
  by: SignInWay;
  /** The one that asks. */
  isThis: boolean;
};
export const SIGN_IN_WAYS = ['passkey', 'provider'] as const;
export type SignInWay = (typeof SIGN_IN_WAYS)[number];

/** The code is shown once; null: an account that signs in at the provider, and recovers there. */
export type NewAccount = { session: StaffSession; recoveryCode: string | null };

export type OwnAccount = {
  role: StaffRole;
  account: string;
  /** The days on which each was added. */
  passkeys: { madeOn: string }[];
  provider: boolean;
  /** Of the guardian's probe: it tries doors, and none opens for it (spec/identity.md, IDN70). */
  probe: boolean;
  /** Null: no key of a party counts for this role, or there is none yet. */
  bound: boolean | null;
};

export type ListedAccount = Omit<OwnAccount, 'passkeys'> & { passkeys: number; madeOn: string };
