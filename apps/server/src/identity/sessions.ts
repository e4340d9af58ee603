import { randomBytes } from 'node:crypto';
import type { Role, Session } from '@aboveboard/protocol/installation';
import type { Database, Query } from '../database/database.ts';
import type { InstallationKind } from '../installation-kind.ts';
import type { ServerLimits } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import type { Codes } from './codes.ts';
import { forgetWords, noteWord } from './last-word.ts';
import { secretHash } from './secret-hash.ts';

/** Sessions by bearer token: 256 random bits, of which only a hash is stored. */
export type Sessions = {
  /**
   * Gives the token; the code is used up in the same transaction that makes the session. Who brought a token
   * of her own may ask again when the answer was lost (UPL7): it is the same session. `eraser`: what a
   * contributor's erase code is known by (ENR8), hex.
   */
  redeem(code: string, ownToken?: string, eraser?: string): Promise<Session & { token: string }>;
  /** A session of this handle's under a token that its holder drew; the same again lasts as long as a new one. */
  begin(
    query: Query,
    given: { token: string; role: Role; handle: string; probe?: boolean },
  ): Promise<Session & { token: string }>;
  /** Null: unknown, ended or expired. */
  find(token: string): Promise<Session | null>;
  end(token: string): Promise<void>;
  /** All of this handle's. */
  endOf(handle: string): Promise<void>;
  removeExpired(): Promise<void>;
};

/** How long an ended session may still be taken for live by another server on the same database. */
const REMEMBER_MS = 10_000;
const MOST_REMEMBERED = 10_000;

/** Of the probe's session: nothing opens for it, and nobody is there to make another. */
const PROBE_DAYS = 400;

const BY_HASH = `select role, handle, extract(epoch from expires_on)::bigint as expires, probe from session
  where hash = $1 and expires_on > current_date`;

export function makeSessions(
  database: Database,
  codes: Codes,
  limits: ServerLimits,
  kind: InstallationKind,
): Sessions {
  const remembered = new Map<string, { session: Session; until: number }>();

  async function begin(
    query: Query,
    { token, role, handle, probe = false }: { token: string; role: Role; handle: string; probe?: boolean },
  ): Promise<Session & { token: string }> {
    // A contributor's ends on the first of a month: its row tells no day on which she enrolled (ENR35).
    const [row] = await query<{ expires: number }>(
      `insert into session (hash, role, handle, probe, expires_on) values ($1, $2, $3, $5,
         case when $5 then current_date + $4::integer
           when $2 = 'contributor' then greatest(date_trunc('month', current_date + $4::integer)::date, current_date + 1)
           else current_date + $4::integer end)
       on conflict (hash) do update set expires_on = excluded.expires_on
         where session.handle = excluded.handle and session.role = excluded.role and session.probe = excluded.probe
       returning extract(epoch from expires_on)::bigint as expires`,
      [secretHash('session', token), role, handle, probe ? PROBE_DAYS : limits.sessionDays, probe],
    );
    if (!row) throw new Refusal('conflict', 'This token is in use.');
    return { role, handle, expires: row.expires, ...(probe ? { probe } : {}), token };
  }

  return {
    begin,

    redeem: (code, ownToken, eraser) =>
      database.transaction(async (query) => {
        const token = ownToken ?? randomBytes(32).toString('base64url');
        const hash = secretHash('session', token);
        const [before] = ownToken === undefined ? [] : await query<SessionRow>(BY_HASH, [hash]);
        if (before) return { ...sessionOf(before), token };
        const good = await codes.redeem(query, code);
        if (!good)
          throw new Refusal('no-session', 'This code is not known, was used already, or has expired.');
        const { role, probe } = good;
        if (kind === 'production' && !probe) {
          // Whoever hands out a code of the server's own could know whose it is (ENR36), or be whose it is (IDN5).
          throw new Refusal(
            'not-allowed',
            role === 'contributor'
              ? 'Contributors come with a code of their representative’s here.'
              : 'Who has an office here signs in with an account.',
          );
        }
        const handle = randomBytes(12).toString('base64url');
        if (role === 'contributor' && eraser !== undefined && !probe) {
          const [made] = await query(
            'insert into contributor (eraser, handle) values ($1, $2) on conflict do nothing returning handle',
            [Buffer.from(eraser, 'hex'), handle],
          );
          if (!made) throw new Refusal('conflict', 'This erase code is another contributor’s.');
        }
        return begin(query, { token, role, handle, probe });
      }),

    async find(token) {
      if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null;
      const hash = secretHash('session', token);
      const key = hash.toString('base64');
      const known = remembered.get(key);
      if (known && known.until > performance.now()) return known.session;
      const [row] = await database.query<SessionRow>(BY_HASH, [hash]);
      remembered.delete(key);
      if (!row) return null;
      const session = sessionOf(row);
      if (row.role === 'contributor' && !row.probe) await noteWord(database.query, row.handle);
      remembered.set(key, { session, until: performance.now() + REMEMBER_MS });
      if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
      return session;
    },

    async end(token) {
      const hash = secretHash('session', token);
      remembered.delete(hash.toString('base64'));
      await database.query('delete from session where hash = $1', [hash]);
    },

    async endOf(handle) {
      await database.query('delete from session where handle = $1', [handle]);
      for (const [key, { session }] of remembered) if (session.handle === handle) remembered.delete(key);
    },

    async removeExpired() {
      await database.query('delete from session where expires_on <= current_date');
      await forgetWords(database.query);
      await database.query('delete from code where expires_at <= now()');
    },
  };
}

type SessionRow = Session & { probe: boolean };

function sessionOf({ probe, ...session }: SessionRow): Session {
  return probe ? { ...session, probe } : session;
}
