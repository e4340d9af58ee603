import type { StaffRole } from '@aboveboard/protocol/staff';
import { notFound, Refusal } from '../refusal.ts';
import { HALF_HOURS } from './account-claims.ts';
import { partyKeys } from './party-binding.ts';
import type { Principal } from './principal.ts';
import type { StaffParts } from './staff-desk.ts';

/**
 * One half of a recovery code, from one party for an account of another role (IDN52). What one party gives is of no use
 * without what a second gives, and the operator gives none.
 */
export async function giveRecoveryHalf(
  { register, claims, rules }: Pick<StaffParts, 'register' | 'claims' | 'rules'>,
  approver: Principal & { role: StaffRole },
  account: string,
): Promise<{ half: string; hours: number }> {
  const target = (await register.list()).find((one) => one.account === account);
  // The probe's are made anew, from invitations: there is nobody who lost one.
  if (!target || target.probe) throw notFound();
  if (target.role === approver.role) {
    throw new Refusal('not-allowed', 'An account is recovered by two parties other than its own.');
  }
  const { partyKey } = await register.own(approver.id);
  if (partyKey === null && (await partyKeys(approver.role, rules)) !== null) {
    throw new Refusal('not-allowed', 'Bind your account to your party’s key first.');
  }
  const half = await register.within((query) => claims.giveHalf(query, { account, approver: approver.role }));
  return { half, hours: HALF_HOURS };
}
