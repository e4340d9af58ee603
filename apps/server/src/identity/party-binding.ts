import { createHash } from 'node:crypto';
import { type PartyKeys, partyKeysOf } from '@aboveboard/consent/party-keys';
import { readPartyNote } from '@aboveboard/consent/party-note';
import type { StaffRole } from '@aboveboard/protocol/staff';
import { partyOf } from '../access/party-of.ts';
import type { RulesLog } from '../logs/rules-log.ts';

/**
 * What ties an account of a party to the party's own keys (IDN11, IDN12). The second line holds spaces, so it is the
 * id of no agreement: whoever copies such a note into *rules* suspends nothing.
 */
export function bindingStatement(role: StaffRole, challenge: string): string {
  return `aboveboard staff-account v1\naccount of ${role}\n${challenge}\n`;
}

/**
 * The keys that the newest adopted version names for this role; null: none, or not a party. A version that was
 * revoked or has ended still says whose keys they are.
 */
export async function partyKeys(role: StaffRole, rules: Pick<RulesLog, 'state'>): Promise<PartyKeys | null> {
  const party = partyOf(role);
  if (!party) return null;
  const version = (await rules.state())?.versions.at(-1);
  return (version && partyKeysOf(version.agreement).get(party)) ?? null;
}

/** Did both keys sign exactly this statement? `note` is what somebody sent. */
export function isSignedByParty(note: string, statement: string, keys: PartyKeys): boolean {
  const read = readPartyNote(new TextEncoder().encode(note), [keys.ed25519, keys.mlDsa44]);
  return read !== null && read.text === statement && read.signedBy.size === 2;
}

/** What is stored of the keys of a party, to tell them from others. */
export function partyKeyDigest({ ed25519, mlDsa44 }: PartyKeys): Buffer {
  return createHash('sha256').update(`${ed25519}\n${mlDsa44}\n`).digest();
}
