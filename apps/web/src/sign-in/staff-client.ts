import type {
  AccountClaim,
  ListedAccount,
  NewAccount,
  OwnAccount,
  OwnSession,
  PasskeyChallenge,
  RegistrationChallenge,
  SignInWays,
  StaffSession,
} from '@aboveboard/protocol/staff';
import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import { call, read, send } from '../client.ts';
import { makeSessionKey } from './session-key.ts';

/** How staff sign in, and what they do with their accounts (spec/identity.md). Rejects with a sentence. */
export const staff = {
  ways: () => read<SignInWays>('/api/staff/ways'),

  /** By a passkey that is on this device, or on one that the browser finds. */
  async signIn(): Promise<StaffSession> {
    await freshKey();
    const { options } = await send<PasskeyChallenge>('POST', '/api/staff/passkeys/challenge');
    return send('POST', '/api/staff/passkeys/assertion', { response: await assertion(options) });
  },

  /** Goes to the organisation's provider; the page is left. */
  async goToProvider(opening: { invitation?: string; signed?: { challenge: string; note: string } } = {}) {
    if (!opening.signed) await freshKey();
    const { address } = await send<{ address: string }>('POST', '/api/staff/provider', opening);
    location.assign(address);
  },

  async claim(claim: AccountClaim): Promise<RegistrationChallenge> {
    await freshKey();
    return send('POST', '/api/staff/accounts/challenge', claim);
  },

  async open(claim: AccountClaim, { options }: RegistrationChallenge, note?: string): Promise<NewAccount> {
    const response = await registration(options);
    return send('POST', '/api/staff/accounts', { claim, response, ...(note === undefined ? {} : { note }) });
  },

  /** Shows again that it is she (IDN43). False: the browser or she said no. */
  async showAgain(): Promise<boolean> {
    try {
      const { options } = await send<PasskeyChallenge>('POST', '/api/staff/session/challenge');
      await send('POST', '/api/staff/session/fresh', { response: await assertion(options) });
      return true;
    } catch {
      return false;
    }
  },

  account: () => read<OwnAccount>('/api/staff/account'),
  accounts: async () => (await read<{ accounts: ListedAccount[] }>('/api/staff/accounts')).accounts,

  async addPasskey(): Promise<OwnAccount> {
    const { options } = await send<RegistrationChallenge>('POST', '/api/staff/account/challenge');
    return send('POST', '/api/staff/account/passkeys', { response: await registration(options) });
  },
  async removePasskey(n: number): Promise<OwnAccount> {
    return (
      await call(`/api/staff/account/passkeys/${n}`, { method: 'DELETE' })
    ).json() as Promise<OwnAccount>;
  },
  ownChallenge: () => send<RegistrationChallenge>('POST', '/api/staff/account/challenge'),
  bind: (challenge: string, note: string) =>
    send<OwnAccount>('POST', '/api/staff/account/party', { challenge, note }),
  sessions: async () => (await read<{ sessions: OwnSession[] }>('/api/staff/sessions')).sessions,
  endSession: (session: string) => call(`/api/staff/sessions/${session}`, { method: 'DELETE' }),
  endOtherSessions: () => call('/api/staff/sessions', { method: 'DELETE' }),
  giveHalf: (account: string) =>
    send<{ half: string; hours: number }>('POST', `/api/staff/accounts/${account}/recovery`),
};

/** A session gets a key of its own; the server's clock is asked for first, for proofs are held to it. */
async function freshKey(): Promise<void> {
  const { now } = await staff.ways();
  await makeSessionKey(now);
}

function assertion(options: Record<string, unknown>) {
  return startAuthentication({ optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON });
}

function registration(options: Record<string, unknown>) {
  return startRegistration({ optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON });
}
