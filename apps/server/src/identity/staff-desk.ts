import { randomBytes } from 'node:crypto';
import type { PartyKeys } from '@aboveboard/consent/party-keys';
import type { AccountClaim, RegistrationChallenge, StaffRole } from '@aboveboard/protocol/staff';
import type { Query } from '../database/database.ts';
import type { RulesLog } from '../logs/rules-log.ts';
import { Refusal } from '../refusal.ts';
import type { AccountClaims, Claimed } from './account-claims.ts';
import type { Challenges } from './challenges.ts';
import { bindingStatement, isSignedByParty, partyKeyDigest, partyKeys } from './party-binding.ts';
import { claimedChallenge, registrationOptions, type Site, verifyRegistration } from './passkeys.ts';
import type { StaffRegister } from './staff-register.ts';
import type { StaffSessionFound, StaffSessions } from './staff-sessions.ts';

export type StaffParts = {
  register: StaffRegister;
  claims: AccountClaims;
  challenges: Challenges;
  sessions: StaffSessions;
  rules: Pick<RulesLog, 'state'>;
  now: () => number;
};

/** Whose browser asks, and by which name it came. */
export type Browser = { thumbprint: string; site: Site };
export type Opened = { token: string; session: StaffSessionFound };

/** Where accounts are made and recovered (IDN10-IDN13, IDN51, IDN52). */
export type StaffDesk = {
  challenge(claim: AccountClaim, browser: Browser): Promise<RegistrationChallenge>;
  /** The recovery code is shown here and stored nowhere. */
  open(
    claim: AccountClaim,
    given: { response: unknown; note: string | undefined },
    browser: Browser,
  ): Promise<Opened & { recoveryCode: string }>;
  /** Checks a claim that a sign-in at the provider is to redeem; what `link` then does with it. */
  claimForProvider(
    invitation: string,
    signed: { challenge: string; note: string } | undefined,
    thumbprint: string,
  ): Promise<{ role: StaffRole; partyKey: string | null }>;
  /** Makes the account of somebody whom the provider has just named. */
  link(given: {
    invitation: string;
    role: StaffRole;
    partyKey: string | null;
    subject: Buffer;
    thumbprint: string;
    freshAt: number | null;
  }): Promise<Opened>;
};

/** One answer for everything that does not sign in: what was wrong with it is for nobody (IDN22, IDN35). */
export function notSignedIn(cause?: unknown): Refusal {
  return new Refusal(
    'no-session',
    'That did not sign you in. Nothing was changed; begin again from the first page.',
    { cause },
  );
}

type AboutAccount = { account: string; role: StaffRole; isNew: boolean; probe: boolean };

export function makeStaffDesk(parts: StaffParts): StaffDesk {
  const { register, claims, challenges, sessions, rules, now } = parts;

  /** Which key the account stands for; throws where the party must have signed and has not (IDN11). */
  function boundKey(
    given: Omit<AboutAccount, 'account'> & { note: string | undefined; challenge: string },
    keys: PartyKeys | null,
  ): Buffer | null {
    // It stands for no party: whoever signed for it signed for nothing.
    if (!keys || given.probe) return null;
    const statement = bindingStatement(given.role, given.challenge);
    if (given.note !== undefined && isSignedByParty(given.note, statement, keys)) return partyKeyDigest(keys);
    if (given.isNew || given.note !== undefined) throw notSignedIn();
    return null;
  }

  async function spend(query: Query, claim: AccountClaim, expected: Claimed): Promise<void> {
    const claimed = await claims.spend(query, claim);
    const isSame =
      claimed?.role === expected.role &&
      claimed.account === expected.account &&
      claimed.probe === expected.probe;
    if (!isSame) throw notSignedIn();
  }

  return {
    async challenge(claim, { thumbprint, site }) {
      const claimed = await claims.look(claim);
      if (!claimed) throw notSignedIn();
      const { role, probe } = claimed;
      const account = claimed.account ?? randomBytes(16).toString('base64url');
      const about: AboutAccount = { account, role, isNew: claimed.account === null, probe };
      const challenge = await challenges.make('account', thumbprint, about);
      const options = await registrationOptions({ site, role, account, challenge, excluded: [] });
      const keys = probe ? null : await partyKeys(role, rules);
      return {
        options: options as Record<string, unknown>,
        role,
        statement: keys && bindingStatement(role, challenge),
      };
    },

    async open(claim, { response, note }, { thumbprint, site }) {
      const challenge = claimedChallenge(response);
      if (!challenge) throw notSignedIn();
      const about = await challenges.spend<AboutAccount>({ challenge, kind: 'account', thumbprint });
      const passkey = about && (await verifyRegistration(response, { challenge, site }));
      if (!about || !passkey) throw notSignedIn();
      const { account, role, isNew, probe } = about;
      const partyKey = boundKey({ role, isNew, probe, note, challenge }, await partyKeys(role, rules));
      return alike(() =>
        register.change(async (query) => {
          await spend(query, claim, { role, account: isNew ? null : account, probe });
          if (isNew) await register.add(query, { id: account, role, partyKey, probe });
          else await register.recover(query, account, partyKey, role);
          await register.addPasskey(query, account, passkey);
          const recoveryCode = await claims.renewRecovery(query, account);
          const opened = await sessions.begin(query, { account, thumbprint, freshAt: now(), by: 'passkey' });
          return { ...opened, recoveryCode };
        }),
      );
    },

    async claimForProvider(invitation, signed, thumbprint) {
      const claimed = await claims.look({ invitation });
      // No person of the provider's is the probe.
      if (!claimed || claimed.role === 'representative' || claimed.probe) throw notSignedIn();
      const { role } = claimed;
      const keys = await partyKeys(role, rules);
      if (!keys) return { role, partyKey: null };
      if (!signed) throw notSignedIn();
      const { challenge, note } = signed;
      const about = await challenges.spend<AboutAccount>({ challenge, kind: 'account', thumbprint });
      if (about?.role !== role || !about.isNew) throw notSignedIn();
      const key = boundKey({ role, isNew: true, probe: false, note, challenge }, keys);
      return { role, partyKey: key?.toString('hex') ?? null };
    },

    async link({ invitation, role, partyKey, subject, thumbprint, freshAt }) {
      const account = randomBytes(16).toString('base64url');
      const key = partyKey === null ? null : Buffer.from(partyKey, 'hex');
      return alike(() =>
        register.change(async (query) => {
          await spend(query, { invitation }, { role, account: null, probe: false });
          await register.add(query, { id: account, role, partyKey: key, probe: false });
          await register.link(query, account, subject);
          return sessions.begin(query, { account, thumbprint, freshAt, by: 'provider' });
        }),
      );
    },
  };
}

/** What the database refuses (a passkey, a person or a key that another account has) is refused like anything else. */
export async function alike<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw /^23/.test(String((error as { code?: unknown } | null)?.code)) ? notSignedIn(error) : error;
  }
}
