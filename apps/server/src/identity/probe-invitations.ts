import { ROLES, type Role } from '@aboveboard/protocol/installation';
import { STAFF_ROLES } from '@aboveboard/protocol/staff';
import type { Database } from '../database/database.ts';
import type { UsesLog } from '../logs/uses-log.ts';
import { makeAccountClaims } from './account-claims.ts';
import { makeCodes } from './codes.ts';
import { makeStaffRegister } from './staff-register.ts';

/**
 * Codes with which a guardian gets the accounts of its probe, one of each role (IDN70-IDN73). What was made of earlier ones
 * ends first: there is one set. They are shown here and stored nowhere.
 */
export async function inviteProbe(
  { database, uses }: { database: Database; uses: UsesLog },
  hours: number,
): Promise<{ role: Role; code: string }[]> {
  await makeStaffRegister(database, uses).change(async (query) => {
    for (const table of ['staff_account', 'staff_invitation', 'session', 'code'])
      await query(`delete from ${table} where probe`);
  });
  const claims = makeAccountClaims(database);
  const codes = makeCodes(database);
  const invitations: { role: Role; code: string }[] = [];
  for (const role of ROLES) {
    const staff = STAFF_ROLES.find((one) => one === role);
    const kind = { probe: true };
    const code = await (staff ? claims.invite(staff, hours, kind) : codes.make(role, hours, kind));
    invitations.push({ role, code });
  }
  return invitations;
}

/** As the guardian's page takes them: one a line. */
export function invitationLines(invitations: readonly { role: Role; code: string }[]): string {
  return invitations.map(({ role, code }) => `${role} ${code}`).join('\n');
}
