import { createHash } from 'node:crypto';
import type { ListedAccount, OwnAccount, StaffRole } from '@aboveboard/protocol/staff';
import type { Database, Query } from '../database/database.ts';
import { recordSettings } from '../logs/setting-changes.ts';
import type { UsesLog } from '../logs/uses-log.ts';
import type { Passkey } from './passkeys.ts';

type OwnRow = Omit<OwnAccount, 'bound' | 'account'> & { partyKey: Buffer | null };

/** Any number that nobody else uses in this database. */
const REGISTER_LOCK = 4_870_003;

/** The accounts of staff and what they sign in with. */
export type StaffRegister = {
  /**
   * One change of the accounts at a time; what it left is an entry of *uses* before it is committed (IDN13). When that
   * entry can't be made nothing was changed (T14).
   */
  change<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** A transaction that changes no account. */
  within<T>(work: (query: Query) => Promise<T>): Promise<T>;
  add(
    query: Query,
    account: { id: string; role: StaffRole; partyKey: Buffer | null; probe: boolean },
  ): Promise<void>;
  /** Ends everything that it signed in with; `partyKey` null: not bound any more. */
  recover(query: Query, account: string, partyKey: Buffer | null, role: StaffRole): Promise<void>;
  bind(query: Query, account: string, partyKey: Buffer, role: StaffRole): Promise<void>;
  /** With its passkeys and sessions. False: there is none. */
  remove(query: Query, account: string): Promise<boolean>;

  addPasskey(query: Query, account: string, passkey: Passkey): Promise<void>;
  /** The n-th by day and id, as `own` lists them; false: there is none, or it is the last way in. */
  removePasskey(query: Query, account: string, n: number): Promise<boolean>;
  /**
   * Lets `verify` look at a passkey, and keeps the counter that it found; one at a time, so that of two answers with
   * one counter one is refused. Null: no such passkey, or `verify` said null.
   */
  withPasskey<T extends { counter: number }>(
    credential: string,
    verify: (passkey: Passkey & { account: string }) => Promise<T | null>,
  ): Promise<T | null>;
  credentials(account: string): Promise<string[]>;

  link(query: Query, account: string, subject: Buffer): Promise<void>;
  bySubject(subject: Buffer): Promise<{ id: string; role: StaffRole } | null>;

  own(account: string): Promise<Omit<OwnAccount, 'bound'> & { partyKey: Buffer | null }>;
  list(): Promise<(Omit<ListedAccount, 'bound'> & { partyKey: Buffer | null })[]>;
};

export function makeStaffRegister(database: Database, uses: UsesLog): StaffRegister {
  async function keepKey(query: Query, key: Buffer, role: StaffRole): Promise<void> {
    // One that stands for another role stays so, and the account's reference to it fails (IDN3).
    await query('insert into staff_party_key (key, role) values ($1, $2) on conflict (key) do nothing', [
      key,
      role,
    ]);
  }

  return {
    change: (work) =>
      database.transaction(async (query) => {
        await query('select pg_advisory_xact_lock($1)', [REGISTER_LOCK]);
        const done = await work(query);
        const accounts = await query<{ id: string; role: string; recoveries: number }>(
          'select id, role, recoveries from staff_account order by id',
        );
        await recordSettings({ 'staff-accounts': accounts }, { database, uses });
        return done;
      }),

    within: (work) => database.transaction(work),

    async add(query, { id, role, partyKey, probe }) {
      if (partyKey) await keepKey(query, partyKey, role);
      await query('insert into staff_account (id, role, party_key, probe) values ($1, $2, $3, $4)', [
        id,
        role,
        partyKey,
        probe,
      ]);
    },

    async recover(query, account, partyKey, role) {
      if (partyKey) await keepKey(query, partyKey, role);
      for (const table of ['staff_passkey', 'staff_subject', 'staff_session', 'staff_recovery'])
        await query(`delete from ${table} where account = $1`, [account]);
      await query(
        'update staff_account set recoveries = recoveries + 1, party_key = $2, recovery = null where id = $1',
        [account, partyKey],
      );
    },

    async bind(query, account, partyKey, role) {
      await keepKey(query, partyKey, role);
      await query('update staff_account set party_key = $2 where id = $1', [account, partyKey]);
    },

    async remove(query, account) {
      return (await query('delete from staff_account where id = $1 returning id', [account])).length > 0;
    },

    async addPasskey(query, account, { credential, publicKey, counter }) {
      await query(
        'insert into staff_passkey (credential, account, public_key, counter) values ($1, $2, $3, $4)',
        [credential, account, Buffer.from(publicKey), counter],
      );
    },

    async removePasskey(query, account, n) {
      const rows = await query<{ credential: string }>(
        'select credential from staff_passkey where account = $1 order by made_on, credential for update',
        [account],
      );
      const row = rows[n];
      const [linked] = await query('select 1 from staff_subject where account = $1', [account]);
      if (!row || (rows.length === 1 && !linked)) return false;
      await query('delete from staff_passkey where credential = $1', [row.credential]);
      return true;
    },

    withPasskey: (credential, verify) =>
      database.transaction(async (query) => {
        const [row] = await query<{ account: string; publicKey: Buffer; counter: number }>(
          `select account, public_key as "publicKey", counter from staff_passkey
           where credential = $1 for update`,
          [credential],
        );
        const found = row ? await verify({ ...row, credential }) : null;
        if (found) {
          await query('update staff_passkey set counter = $2 where credential = $1', [
            credential,
            found.counter,
          ]);
        }
        return found;
      }),

    async credentials(account) {
      const rows = await database.query<{ credential: string }>(
        'select credential from staff_passkey where account = $1',
        [account],
      );
      return rows.map(({ credential }) => credential);
    },

    async link(query, account, subject) {
      await query('insert into staff_subject (subject, account) values ($1, $2)', [subject, account]);
    },

    async bySubject(subject) {
      const [row] = await database.query<{ id: string; role: StaffRole }>(
        `select a.id, a.role from staff_subject s join staff_account a on a.id = s.account where s.subject = $1`,
        [subject],
      );
      return row ?? null;
    },

    async own(account) {
      const [row] = await database.query<Omit<OwnRow, 'passkeys'>>(
        `select role, party_key as "partyKey", probe,
           exists (select from staff_subject where account = $1) as provider
         from staff_account where id = $1`,
        [account],
      );
      if (!row) throw new Error('the account of a live session is gone');
      const passkeys = await database.query<{ madeOn: string }>(
        `select made_on as "madeOn" from staff_passkey where account = $1 order by made_on, credential`,
        [account],
      );
      return { account, ...row, passkeys };
    },

    list: () =>
      database.query(
        `select id as account, role, probe, made_on as "madeOn", party_key as "partyKey",
           (select count(*) from staff_passkey p where p.account = a.id) as passkeys,
           exists (select from staff_subject s where s.account = a.id) as provider
         from staff_account a order by role, made_on, id`,
      ),
  };
}

/** A person at a provider, as it is stored (IDN3). */
export function subjectDigest(issuer: string, subject: string): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(['aboveboard subject', issuer, subject]))
    .digest();
}
