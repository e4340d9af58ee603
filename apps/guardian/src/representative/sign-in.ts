import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ActRefused } from '../voice/voice-refused.ts';
import type { Passphrase } from './passphrase.ts';

/**
 * Who is the representative (GRD50-GRD54). Sessions and the opened identity are in memory: a restart signs out.
 */
export type SignIn = {
  /** What the one-time link ends in; null once a passphrase is set. Drawn anew at each start. */
  setupToken(): string | null;
  /** Throws ActRefused. Answers a session's token. */
  setUp(token: string, passphrase: string): Promise<string>;
  /** Throws ActRefused for another passphrase, or too many attempts. */
  signIn(passphrase: string): Promise<string>;
  session(token: string | undefined): Session | null;
  signOut(token: string | undefined): void;
};
export type Session = { identity: string };

export function makeSignIn(
  passphrase: Passphrase,
  parts: { now: () => number; perMinute: number; sessions: number; sessionSeconds: number },
): SignIn {
  const { now } = parts;
  const setup = randomBytes(24).toString('base64url');
  const sessions = new Map<string, Session & { until: number }>();
  let attempts: number[] = [];
  const named = (token: string) => createHash('sha256').update(token).digest('hex');

  function begin(identity: string): string {
    const token = randomBytes(32).toString('base64url');
    const [oldest] = sessions.keys();
    if (sessions.size >= parts.sessions && oldest !== undefined) sessions.delete(oldest);
    sessions.set(named(token), { identity, until: now() + parts.sessionSeconds });
    return token;
  }

  async function open(given: string): Promise<string> {
    // Each attempt takes 64 MB and a quarter of a second: as many at once as anyone likes would stop the relay.
    attempts = attempts.filter((at) => at > now() - 60);
    if (attempts.length >= parts.perMinute) throw new ActRefused('Too many attempts. Wait a minute.');
    attempts.push(now());
    const identity = await passphrase.open(given);
    if (identity === null) throw new ActRefused('This is not the passphrase.');
    return begin(identity);
  }

  return {
    setupToken: () => (passphrase.isSet() ? null : setup),
    async setUp(token, given) {
      const isToken = timingSafeEqual(Buffer.from(named(token)), Buffer.from(named(setup)));
      if (passphrase.isSet() || !isToken) {
        throw new ActRefused(
          'This link has been used, or is of another start. The guardian prints the newest one.',
        );
      }
      await passphrase.set(given);
      return open(given);
    },
    signIn: open,
    session(token) {
      const session = token === undefined ? undefined : sessions.get(named(token));
      if (!session || session.until <= now()) {
        if (token !== undefined) sessions.delete(named(token));
        return null;
      }
      session.until = now() + parts.sessionSeconds;
      return { identity: session.identity };
    },
    signOut(token) {
      if (token !== undefined) sessions.delete(named(token));
    },
  };
}
