import type { PartyRole } from '@aboveboard/consent/agreement';
import type { Role } from '@aboveboard/protocol/installation';

/** The party for which somebody signs in; null: no party. */
export function partyOf(role: Role | null): PartyRole | null {
  if (role === 'dpo') return 'data-protection-officer';
  return role === 'representative' || role === 'employer' ? role : null;
}
