import { randomBytes } from 'node:crypto';
import type { Session } from '@aboveboard/protocol/installation';
import type { Database } from '../database/database.ts';
import type { ServerLimits } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import type { Codes } from './codes.ts';
import { secretHash } from './secret-hash.ts';

/** Sessions by bearer token: 256 random bits, of which only a hash is stored. */
export type Sessions = {
  /**
   * Gives the token; the code is used up in the same transaction that makes the session. Who brought a token
   * of her own may ask again when the answer was lost (UPL7): it is the same session.
   */
  redeem(code: string, ownToken?: string): Promise<Session & { token: string }>;
  /** Null: unknown, ended or expired. */
  find(token: string): Promise<Session | null>;
  end(token: string): Promise<void>;
  removeExpired(): Promise<void>;
};

/** How long an ended session may still be taken for live by another server on the same database. */
const REMEMBER_MS = 10_000;
const MOST_REMEMBERED = 10_000;

const BY_HASH = `select role, handle, extract(epoch from expires_on)::bigint as expires from session
  where hash = $1 and expires_on > current_date`;

export function makeSessions(database: Database, codes: Codes, limits: ServerLimits): Sessions {
  const remembered = new Map<string, { session: Session; until: number }>();

  return {
    redeem: (code, ownToken) =>
      database.transaction(async (query) => {
        const token = ownToken ?? randomBytes(32).toString('base64url');
        const hash = secretHash('session', token);
        const [before] = ownToken === undefined ? [] : await query<Session>(BY_HASH, [hash]);
        if (before) return { ...before, token };
        const role = await codes.redeem(query, code);
        if (!role)
          throw new Refusal('no-session', 'This code is not known, was used already, or has expired.');
        const handle = randomBytes(12).toString('base64url');
        const [row] = await query<{ expires: number }>(
          `insert into session (hash, role, handle, expires_on) values ($1, $2, $3, current_date + $4::integer)
           returning extract(epoch from expires_on)::bigint as expires`,
          [hash, role, handle, limits.sessionDays],
        );
        return { role, handle, expires: row?.expires ?? 0, token };
      }),

    async find(token) {
      if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null;
      const hash = secretHash('session', token);
      const key = hash.toString('base64');
      const known = remembered.get(key);
      if (known && known.until > performance.now()) return known.session;
      const [row] = await database.query<Session>(BY_HASH, [hash]);
      remembered.delete(key);
      if (!row) return null;
      remembered.set(key, { session: row, until: performance.now() + REMEMBER_MS });
      if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
      return row;
    },

    async end(token) {
      const hash = secretHash('session', token);
      remembered.delete(hash.toString('base64'));
      await database.query('delete from session where hash = $1', [hash]);
    },

    async removeExpired() {
      await database.query('delete from session where expires_on <= current_date');
      await database.query('delete from code where expires_at <= now()');
    },
  };
}
