import type { PartyRole } from '@aboveboard/consent/agreement';
import type { PrincipalRole } from './decision.ts';

/** The party of an agreement that accounts of this role act for; null: for none. */
export function partyOf(role: PrincipalRole): PartyRole | null {
  return PARTIES.find(([held]) => held === role)?.[1] ?? null;
}

/** The role in which a party signs in here. */
export function roleOfParty(party: PartyRole): 'employer' | 'representative' | 'dpo' {
  const found = PARTIES.find(([, acting]) => acting === party);
  if (!found) throw new RangeError(`Nobody signs in for the party ${party}.`);
  return found[0];
}

const PARTIES = [
  ['employer', 'employer'],
  ['representative', 'representative'],
  ['dpo', 'data-protection-officer'],
] as const satisfies readonly (readonly [PrincipalRole, PartyRole])[];
