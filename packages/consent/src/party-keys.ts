import type { Fault } from '@aboveboard/protocol/fault';
import { type Agreement, PARTY_ROLES, type PartyRole } from './agreement.ts';
import { parsePartyKey } from './party-note.ts';

/**
 * Who signs an agreement, and with what (T6; AGR61-AGR64). A party has one key of each algorithm; two parties
 * have nothing in common, or one of them would sign for both.
 */
export type PartyKeys = {
  /** Verifier keys as in C2SP signed-note: `name+id+base64`. */
  ed25519: string;
  mlDsa44: string;
};

/** By role, of the parties that have exactly one key of each kind. */
export function partyKeysOf(agreement: Agreement): Map<PartyRole, PartyKeys> {
  const keys = new Map<PartyRole, PartyKeys>();
  for (const { role, keys: listed } of agreement.parties) {
    const [first = '', second = '', ...more] = listed;
    if (more.length > 0) continue;
    const kinds = [parsePartyKey(first)?.type, parsePartyKey(second)?.type];
    if (kinds[0] === 'ed25519' && kinds[1] === 'ml-dsa-44')
      keys.set(role, { ed25519: first, mlDsa44: second });
    if (kinds[0] === 'ml-dsa-44' && kinds[1] === 'ed25519')
      keys.set(role, { ed25519: second, mlDsa44: first });
  }
  return keys;
}

/** All the faults of the parties that sign, at once. None: their signatures mean what they say. */
export function partyKeyFaults(agreement: Agreement): Fault[] {
  const faults: Fault[] = [];
  const complete = partyKeysOf(agreement);
  const seen = new Map<string, number>();
  for (const [i, party] of agreement.parties.entries()) {
    const at = `parties[${i}]`;
    if (agreement.signers.includes(party.role) && !complete.has(party.role)) {
      faults.push({ rule: 'AGR61', at: `${at}.keys`, message: 'not one Ed25519 and one ML-DSA-44 key' });
    }
    for (const [j, key] of party.keys.entries()) {
      const parsed = parsePartyKey(key);
      if (!parsed) {
        faults.push({ rule: 'AGR61', at: `${at}.keys[${j}]`, message: 'not a key that signs agreements' });
        continue;
      }
      for (const token of [`name ${parsed.name}`, `key ${parsed.publicKey.join()}`]) {
        const owner = seen.get(token);
        if (owner !== undefined && owner !== i) {
          faults.push({ rule: 'AGR62', at: `${at}.keys[${j}]`, message: 'belongs to another party too' });
        }
        seen.set(token, owner ?? i);
      }
    }
    for (const field of ['name', 'contact'] as const) {
      const first = agreement.parties.findIndex((one) => plain(one[field]) === plain(party[field]));
      if (first < i)
        faults.push({ rule: 'AGR63', at: `${at}.${field}`, message: 'is that of another party' });
    }
  }
  return faults;
}

/** Roles of `roles` of which one of the two signatures is missing. */
export function missingSigners(
  roles: readonly PartyRole[],
  keys: ReadonlyMap<PartyRole, PartyKeys>,
  signedBy: ReadonlySet<string>,
): PartyRole[] {
  return PARTY_ROLES.filter((role) => {
    if (!roles.includes(role)) return false;
    const own = keys.get(role);
    return !own || !signedBy.has(own.ed25519) || !signedBy.has(own.mlDsa44);
  });
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}
