import { type AccountClaim, STAFF_ROLES, type StaffRole } from '@aboveboard/protocol/staff';
import type { Database, Query } from '../database/database.ts';
import { secretHash } from './secret-hash.ts';
import { makeWrittenCode, readWrittenCode } from './written-code.ts';

/** 130 bits. */
export const CLAIM_LENGTH = 26;
/** 120 bits each; only both together are of use (IDN52). */
export const HALF_LENGTH = 24;
export const HALF_HOURS = 48;

/** What a claim is good for. `account` null: a new one. */
export type Claimed = { role: StaffRole; account: string | null; probe: boolean };

/** Invitations (IDN10), recovery codes (IDN51), and the halves of one (IDN52). */
export type AccountClaims = {
  /** Shown here and stored nowhere. */
  invite(role: StaffRole, hours: number, kind?: { probe: boolean }): Promise<string>;
  /** The newest half of this approver's for the account. */
  giveHalf(query: Query, given: { account: string; approver: StaffRole }): Promise<string>;
  /** A new recovery code of the account; the one before is void. */
  renewRecovery(query: Query, account: string): Promise<string>;
  /** Null: good for nothing. Used up only by `spend`. */
  look(claim: AccountClaim): Promise<Claimed | null>;
  spend(query: Query, claim: AccountClaim): Promise<Claimed | null>;
  removeExpired(): Promise<void>;
};

export function makeAccountClaims(database: Database): AccountClaims {
  async function read(query: Query, claim: AccountClaim, spends: boolean): Promise<Claimed | null> {
    if ('invitation' in claim) {
      const plain = readWrittenCode(claim.invitation, CLAIM_LENGTH);
      if (!plain) return null;
      const hash = secretHash('staff invitation', plain);
      const [row] = await query<{ role: StaffRole; probe: boolean; good: boolean }>(
        spends
          ? 'delete from staff_invitation where hash = $1 returning role, probe, expires_at > now() as good'
          : 'select role, probe, expires_at > now() as good from staff_invitation where hash = $1',
        [hash],
      );
      return row?.good ? { role: row.role, account: null, probe: row.probe } : null;
    }
    if ('recoveryCode' in claim) {
      const plain = readWrittenCode(claim.recoveryCode, CLAIM_LENGTH);
      if (!plain) return null;
      const hash = secretHash('recovery code', plain);
      const [row] = await query<Claimed>(
        spends
          ? 'update staff_account set recovery = null where recovery = $1 returning id as account, role, probe'
          : 'select id as account, role, probe from staff_account where recovery = $1',
        [hash],
      );
      return row ?? null;
    }
    const halves = claim.recoveryHalves.map((half) => readWrittenCode(half, HALF_LENGTH));
    if (halves.includes(null)) return null;
    // One row for each half, and the primary key has one row for each approver: two halves are two parties'.
    const rows = await query<Claimed>(
      `select account, role, false as probe from staff_recovery where half = any($1) and expires_at > now()
       ${spends ? 'for update' : ''}`,
      [halves.map((half) => secretHash('recovery half', half as string))],
    );
    const [first, second] = rows;
    if (!first || !second || first.account !== second.account) return null;
    if (spends) await query('delete from staff_recovery where account = $1', [first.account]);
    return first;
  }

  return {
    async invite(role, hours, { probe } = { probe: false }) {
      if (!STAFF_ROLES.includes(role)) throw new RangeError('not a role of staff');
      const code = makeWrittenCode(CLAIM_LENGTH);
      await database.query(
        `insert into staff_invitation (hash, role, expires_at, probe)
         values ($1, $2, now() + $3 * interval '1 hour', $4)`,
        [secretHash('staff invitation', code.replaceAll('-', '')), role, hours, probe],
      );
      return code;
    },

    async giveHalf(query, { account, approver }) {
      const half = makeWrittenCode(HALF_LENGTH);
      await query(
        `insert into staff_recovery (account, role, approver, half, expires_at)
         select id, role, $2, $3, now() + $4 * interval '1 hour' from staff_account where id = $1 and not probe
         on conflict (account, approver) do update set half = excluded.half, expires_at = excluded.expires_at`,
        [account, approver, secretHash('recovery half', half.replaceAll('-', '')), HALF_HOURS],
      );
      return half;
    },

    async renewRecovery(query, account) {
      const code = makeWrittenCode(CLAIM_LENGTH);
      await query('update staff_account set recovery = $2 where id = $1', [
        account,
        secretHash('recovery code', code.replaceAll('-', '')),
      ]);
      return code;
    },

    look: (claim) => read(database.query, claim, false),
    spend: (query, claim) => read(query, claim, true),

    async removeExpired() {
      await database.query('delete from staff_invitation where expires_at <= now()');
      await database.query('delete from staff_recovery where expires_at <= now()');
    },
  };
}
