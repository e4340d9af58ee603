import type { ProbeAttempt } from '@aboveboard/protocol/outsider-probe';
import { type KeptAccounts, KNOWN_PATH, type Present, signInWith } from './probe-accounts.ts';
import {
  type AskedServer,
  proofOf,
  type StaffSession,
  sessionHeaders,
  sessionKey,
  signOut,
} from './staff-session.ts';

/**
 * Sessions as nobody may use them (ACC71): replayed, stolen, with a proof of something else, after sign-out, after their time.
 * All knock at the one door that these accounts pass, so that what refuses them is what is wrong with the session.
 */
export type WrongSessions = {
  /** While the sessions live. Throws where the server does not do what has to come before. */
  misused(present: readonly Present[]): Promise<ProbeAttempt[]>;
  /** Ends the sessions, and uses them once more. Throws where the server does not say that they ended. */
  ended(present: readonly Present[]): Promise<ProbeAttempt[]>;
  /** Sessions whose time is over by now. They are begun here, and forgotten when the guardian stops. */
  expired(): Promise<ProbeAttempt[]>;
};

/** IDN42, and a minute. */
const IDLE_SECONDS = 31 * 60;
const LONGEST_SECONDS = 8 * 3600 + 60;

const DOOR = { method: 'GET', path: KNOWN_PATH, body: null };

/** `clock`: seconds since 1970, by which sessions grow old; the server's own in tests alone is another. */
export function makeWrongSessions(
  server: AskedServer,
  kept: KeptAccounts,
  clock = server.now,
): WrongSessions {
  const { ask, now } = server;
  /** One that nobody uses, and one that is used in every round. */
  let idle: { session: StaffSession; since: number } | null = null;
  let used: { session: StaffSession; since: number } | null = null;

  const attempt = (as: string, headers: Record<string, string>): ProbeAttempt => ({ as, ...DOOR, headers });
  const asIs = (as: string, { token, key }: StaffSession) =>
    attempt(as, sessionHeaders(token, proofOf(key, server, DOOR)));

  async function use({ token, key }: StaffSession): Promise<Record<string, string>> {
    const headers = sessionHeaders(token, proofOf(key, server, DOOR));
    const { status } = await ask({ ...DOOR, headers });
    if (status !== 200) throw new Error(`a session that is good was answered with ${status}`);
    return headers;
  }

  async function begin(): Promise<{ session: StaffSession; since: number } | null> {
    const passkey = kept.read().find((one) => 'passkey' in one)?.passkey;
    return passkey ? { session: await signInWith(server, kept, passkey), since: clock() } : null;
  }

  return {
    async misused(present) {
      const sessions = present.flatMap(({ session }) => session ?? []);
      const [first, second] = sessions;
      if (!first) return [];
      const { token, key } = first;
      const other = { method: 'GET', path: '/api/staff/account', body: null };
      const sent = { method: 'POST', path: `${KNOWN_PATH}/challenge`, body: new TextEncoder().encode('{}') };
      const said = { ...sent, body: new TextEncoder().encode('{"a":1}') };
      return [
        attempt('a replay of a request', await use(first)),
        attempt('a cookie without its key', sessionHeaders(token, null)),
        attempt('a cookie as a token', { authorization: `Bearer ${token}` }),
        attempt('a stolen cookie', sessionHeaders(token, proofOf(sessionKey(), server, DOOR))),
        ...(second
          ? [
              attempt(
                'a cookie with the key of another',
                sessionHeaders(token, proofOf(second.key, server, DOOR)),
              ),
            ]
          : []),
        attempt('a proof of another request', sessionHeaders(token, proofOf(key, server, other))),
        {
          as: 'a proof of another body',
          ...sent,
          headers: sessionHeaders(token, proofOf(key, server, said)),
        },
        attempt(
          'a proof of ten minutes ago',
          sessionHeaders(token, proofOf(key, server, DOOR, { iat: now() - 600 })),
        ),
        attempt(
          'a proof of what is to come',
          sessionHeaders(token, proofOf(key, server, DOOR, { iat: now() + 600 })),
        ),
      ];
    },

    async ended(present) {
      const attempts: ProbeAttempt[] = [];
      for (const { session, credential } of present) {
        if (!session) continue;
        await signOut(server, session);
        attempts.push(asIs(`the ${credential.role}, signed out`, session));
      }
      return attempts;
    },

    async expired() {
      const attempts: ProbeAttempt[] = [];
      if (idle && clock() - idle.since >= IDLE_SECONDS) {
        attempts.push(asIs('a session that nobody used for half an hour', idle.session));
        idle = null;
      }
      if (used && clock() - used.since >= LONGEST_SECONDS) {
        attempts.push(asIs('a session of more than eight hours', used.session));
        used = null;
      }
      // One that ended before its time is begun anew: recovery and a restored server end sessions too.
      if (used) await use(used.session).catch(() => (used = null));
      idle ??= await begin();
      used ??= await begin();
      return attempts;
    },
  };
}
