import type { PasskeyChallenge, RegistrationChallenge, StaffRole } from '@aboveboard/protocol/staff';
import { Refusal } from '../refusal.ts';
import { bindingStatement, isSignedByParty, partyKeyDigest, partyKeys } from './party-binding.ts';
import {
  assertionOptions,
  claimedChallenge,
  claimedCredential,
  registrationOptions,
  verifyAssertion,
  verifyRegistration,
} from './passkeys.ts';
import type { Principal } from './principal.ts';
import { alike, type Browser, notSignedIn, type Opened, type StaffParts } from './staff-desk.ts';

/** What a passkey does: sign in, show again that it is she, and stand beside another (IDN20-IDN23, IDN43, IDN50). */
export type PasskeySignIn = {
  challenge(kind: 'sign-in' | 'fresh', browser: Browser): Promise<PasskeyChallenge>;
  signIn(response: unknown, browser: Browser): Promise<Opened>;
  /** The same session, fresh; the passkey must be one of its account. Gives when that was. */
  showAgain(response: unknown, principal: Principal, browser: Browser): Promise<number>;
  /** For one more passkey (`options`), or for binding the account to its party (`statement`). */
  ownChallenge(principal: Principal & { role: StaffRole }, browser: Browser): Promise<RegistrationChallenge>;
  addPasskey(response: unknown, principal: Principal, browser: Browser): Promise<void>;
  bind(
    given: { challenge: string; note: string },
    principal: Principal & { role: StaffRole },
    thumbprint: string,
  ): Promise<void>;
};

const MOST_PASSKEYS = 8;

export function makePasskeySignIn(parts: StaffParts): PasskeySignIn {
  const { register, challenges, sessions, rules, now } = parts;

  /** The account whose passkey answered; null: none did. */
  async function asserted(
    response: unknown,
    kind: 'sign-in' | 'fresh',
    { thumbprint, site }: Browser,
  ): Promise<{ credential: string; counter: number; account: string } | null> {
    const challenge = claimedChallenge(response);
    const credential = claimedCredential(response);
    const about = challenge && (await challenges.spend({ challenge, kind, thumbprint }));
    if (!challenge || !credential || !about) return null;
    return register.withPasskey(credential, async (passkey) => {
      const { account } = passkey;
      const counter = await verifyAssertion(response, { challenge, site, passkey, account });
      return counter === null ? null : { credential, counter, account };
    });
  }

  return {
    async challenge(kind, { thumbprint, site }) {
      const challenge = await challenges.make(kind, thumbprint, {});
      return { options: (await assertionOptions(site, challenge)) as Record<string, unknown> };
    },

    async signIn(response, browser) {
      const shown = await asserted(response, 'sign-in', browser);
      if (!shown) throw notSignedIn();
      const { account } = shown;
      return register.within((query) =>
        sessions.begin(query, {
          ...{ account, thumbprint: browser.thumbprint, freshAt: now() },
          by: 'passkey',
        }),
      );
    },

    async showAgain(response, principal, browser) {
      const shown = await asserted(response, 'fresh', browser);
      if (shown?.account !== principal.id) throw notSignedIn();
      const freshAt = now();
      await register.within((query) => sessions.refresh(query, principal.session, freshAt));
      return freshAt;
    },

    async ownChallenge({ id: account, role }, { thumbprint, site }) {
      const challenge = await challenges.make('own', thumbprint, { account });
      const excluded = await register.credentials(account);
      const keys = await partyKeys(role, rules);
      return {
        options: (await registrationOptions({ site, role, account, challenge, excluded })) as Record<
          string,
          unknown
        >,
        role,
        statement: keys && bindingStatement(role, challenge),
      };
    },

    async addPasskey(response, { id: account }, { thumbprint, site }) {
      const challenge = claimedChallenge(response);
      const about =
        challenge && (await challenges.spend<{ account: string }>({ challenge, kind: 'own', thumbprint }));
      const passkey = about && (await verifyRegistration(response, { challenge, site }));
      if (!passkey || about.account !== account) throw notSignedIn();
      await alike(() =>
        register.within(async (query) => {
          if ((await register.credentials(account)).length >= MOST_PASSKEYS)
            throw new Refusal(
              'conflict',
              `An account has at most ${MOST_PASSKEYS} passkeys. Take one away first.`,
            );
          await register.addPasskey(query, account, passkey);
        }),
      );
    },

    async bind({ challenge, note }, { id: account, role }, thumbprint) {
      const about = await challenges.spend<{ account: string }>({ challenge, kind: 'own', thumbprint });
      const keys = await partyKeys(role, rules);
      const isSigned = keys && isSignedByParty(note, bindingStatement(role, challenge), keys);
      if (about?.account !== account || !isSigned) throw notSignedIn();
      await alike(() =>
        register.change((query) => register.bind(query, account, partyKeyDigest(keys), role)),
      );
    },
  };
}
