import { randomBytes } from 'node:crypto';
import type { OwnSession, SignInWay, StaffRole } from '@aboveboard/protocol/staff';
import type { Database, Query } from '../database/database.ts';
import type { ServerLimits } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import type { Principal } from './principal.ts';
import { secretHash } from './secret-hash.ts';

/** Whose session it is, until when, and when she last showed that it is she. */
export type StaffSessionFound = Principal & { role: StaffRole; expires: number };

/**
 * Sessions of staff accounts (IDN40-IDN44, IDN80-IDN83). Asked of the database for each request and remembered nowhere: one
 * that was ended is ended everywhere, at once.
 */
export type StaffSessions = {
  /** `freshAt` in milliseconds since the epoch. The token is shown to nobody else. */
  begin(
    query: Query,
    given: { account: string; thumbprint: string; freshAt: number | null; by: SignInWay },
  ): Promise<{ token: string; session: StaffSessionFound }>;
  /** Null: unknown, ended, idle for too long, or of another key. Counts as its use. */
  find(token: string, thumbprint: string): Promise<StaffSessionFound | null>;
  /** Of a session by its name: the key that it is bound to, and its end in seconds since the epoch. */
  bounds(session: string): Promise<{ thumbprint: string; expires: number }>;
  /** She has just shown her passkey in this session. */
  refresh(query: Query, session: string, freshAt: number): Promise<void>;
  end(token: string): Promise<void>;
  /** Those of this account that could still be used; `asking` is the name of one. */
  list(account: string, asking: string): Promise<OwnSession[]>;
  /** By its name. False: this account has none of that name, whoever else has. */
  endOne(account: string, session: string): Promise<boolean>;
  /** All of the account's but `asking`. */
  endOthers(account: string, asking: string): Promise<void>;
  endAll(query: Query, account: string): Promise<void>;
  removeExpired(): Promise<void>;
};

const MOST_OF_ONE = 10;
const FOUND = `s.name as session, s.account as id, a.role, a.probe,
  (extract(epoch from s.fresh_at) * 1000)::bigint as "freshAt",
  extract(epoch from s.ends_at)::bigint as expires`;

/** `onEnded` is told the name of each session that is over, however it ended (IDN83). */
export function makeStaffSessions(
  database: Database,
  limits: ServerLimits,
  onEnded: (session: string) => void = () => undefined,
): StaffSessions {
  async function endWhere(query: Query, condition: string, values: unknown[]): Promise<number> {
    const ended = await query<{ name: string }>(
      `delete from staff_session where ${condition} returning name`,
      values,
    );
    for (const { name } of ended) onEnded(name);
    return ended.length;
  }

  return {
    async begin(query, { account, thumbprint, freshAt, by }) {
      const token = randomBytes(32).toString('base64url');
      const [session] = await query<StaffSessionFound>(
        `with made as (
           insert into staff_session (hash, name, account, thumbprint, fresh_at, idle_until, ends_at, way)
           values ($1, $2, $3, $4, to_timestamp($5::double precision / 1000),
             now() + $6 * interval '1 minute', now() + $7 * interval '1 hour', $8)
           returning *)
         select ${FOUND} from made s join staff_account a on a.id = s.account`,
        [
          secretHash('staff session', token),
          randomBytes(12).toString('base64url'),
          account,
          thumbprint,
          freshAt,
          limits.staffIdleMinutes,
          limits.staffSessionHours,
          by,
        ],
      );
      await endWhere(
        query,
        `account = $1 and name in
           (select name from staff_session where account = $1 order by ends_at desc, name offset $2)`,
        [account, MOST_OF_ONE],
      );
      return { token, session: session as StaffSessionFound };
    },

    async find(token, thumbprint) {
      if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null;
      const hash = secretHash('staff session', token);
      const [row] = await database.query<StaffSessionFound & { restless: boolean }>(
        `select ${FOUND}, s.idle_until < now() + $3 * interval '1 minute' / 2 as restless
         from staff_session s join staff_account a on a.id = s.account
         where s.hash = $1 and s.thumbprint = $2 and s.ends_at > now() and s.idle_until > now()`,
        [hash, thumbprint, limits.staffIdleMinutes],
      );
      if (!row) return null;
      const { restless, ...session } = row;
      // Not at each request: the row would tell to the second when she last did something.
      if (restless) {
        await database.query(
          `update staff_session set idle_until = now() + $2 * interval '1 minute' where hash = $1`,
          [hash, limits.staffIdleMinutes],
        );
      }
      return session;
    },

    async bounds(session) {
      const [row] = await database.query<{ thumbprint: string; expires: number }>(
        'select thumbprint, extract(epoch from ends_at)::bigint as expires from staff_session where name = $1',
        [session],
      );
      if (!row) throw new Refusal('no-session', 'The session has ended.');
      return row;
    },

    async refresh(query, session, freshAt) {
      await query(
        'update staff_session set fresh_at = to_timestamp($2::double precision / 1000) where name = $1',
        [session, freshAt],
      );
    },

    async end(token) {
      await endWhere(database.query, 'hash = $1', [secretHash('staff session', token)]);
    },

    list: (account, asking) =>
      database.query<OwnSession>(
        `select name as session, extract(epoch from began_at)::bigint as began,
           extract(epoch from ends_at)::bigint as expires, way as by, name = $2 as "isThis"
         from staff_session where account = $1 and ends_at > now() and idle_until > now()
         order by name = $2 desc, began_at desc, name`,
        [account, asking],
      ),

    async endOne(account, session) {
      return (await endWhere(database.query, 'account = $1 and name = $2', [account, session])) > 0;
    },

    async endOthers(account, asking) {
      await endWhere(database.query, 'account = $1 and name <> $2', [account, asking]);
    },

    async endAll(query, account) {
      await endWhere(query, 'account = $1', [account]);
    },

    async removeExpired() {
      await endWhere(database.query, 'ends_at <= now() or idle_until <= now()', []);
    },
  };
}
