import type { Fault } from '@aboveboard/protocol/fault';
import { formatNote } from '@aboveboard/tlog/note';
import { signNote } from '@aboveboard/tlog/signed-note';
import type { NoteSigner } from '@aboveboard/tlog/signer';
import { type Agreement, PARTY_ROLES, type PartyRole } from './agreement.ts';
import { canonicalBytes, canonicalDigest } from './canonical-json.ts';
import { type PartyKeys, partyKeyFaults, partyKeysOf } from './party-keys.ts';
import { readPartyNote } from './party-note.ts';
import { ENTRY_BYTES_LIMIT } from './rules-entry.ts';
import { type RulesStatement, statementText } from './rules-statement.ts';

/**
 * What a party does with its two keys, on whatever machine they are: sign an agreement, revoke it, give a
 * notice (AGR60-AGR66). The bytes that come out are an entry of the rules log.
 */
export async function signStatement(
  statement: RulesStatement,
  signers: readonly NoteSigner[],
): Promise<Uint8Array> {
  return formatNote(await signNote(statementText(statement), signers));
}

/** The statement with which a party signs this agreement; `signStatement` makes the entry of it. */
export async function agreementStatement(
  agreement: Agreement,
  subtle: SubtleCrypto,
): Promise<RulesStatement & { kind: 'agreement' }> {
  const digest = await canonicalDigest(agreement, subtle);
  return { kind: 'agreement', id: agreement.id, version: agreement.version, digest };
}

/**
 * Is this agreement signed by these notes alone, without a log? All that is missing or does not verify, at once;
 * none: it is (AGR61-AGR64, AGR66). `before`: keys of the version that it follows, or those pinned at enrolment.
 */
export async function signatureFaults(
  agreement: Agreement,
  notes: readonly Uint8Array[],
  before: ReadonlyMap<PartyRole, PartyKeys> | null,
  subtle: SubtleCrypto,
): Promise<Fault[]> {
  const faults = partyKeyFaults(agreement);
  if (canonicalBytes(agreement).length > ENTRY_BYTES_LIMIT) {
    faults.push({
      rule: 'RUL3',
      at: 'document',
      message: `longer than the ${ENTRY_BYTES_LIMIT} bytes of an entry`,
    });
  }
  const expected = statementText(await agreementStatement(agreement, subtle));
  const own = partyKeysOf(agreement);
  const keys = [...own.values(), ...(before?.values() ?? [])].flatMap((one) => [one.ed25519, one.mlDsa44]);
  const signedBy = new Set<string>();
  for (const [i, bytes] of notes.entries()) {
    const note = readPartyNote(bytes, keys);
    const fault = (message: string) => faults.push({ rule: 'AGR64', at: `notes[${i}]`, message });
    if (!note) fault('not a signed note');
    else if (note.text !== expected) fault('signs something else');
    else if (note.signedBy.size === 0) fault('no signature of a party verifies');
    else for (const key of note.signedBy) signedBy.add(key);
  }
  const missing = (rule: string, role: PartyRole, { ed25519, mlDsa44 }: PartyKeys) => {
    if (!signedBy.has(ed25519)) faults.push({ rule, at: role, message: 'Ed25519 signature is missing' });
    if (!signedBy.has(mlDsa44)) faults.push({ rule, at: role, message: 'ML-DSA-44 signature is missing' });
  };
  for (const role of PARTY_ROLES) {
    const keysOfRole = own.get(role);
    if (agreement.signers.includes(role) && keysOfRole) missing('AGR64', role, keysOfRole);
    const earlier = before?.get(role);
    if (earlier && JSON.stringify(earlier) !== JSON.stringify(keysOfRole)) missing('AGR66', role, earlier);
  }
  return faults;
}
