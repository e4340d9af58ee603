import { parseNote } from '@aboveboard/tlog/note';
import { verifySignature } from '@aboveboard/tlog/signed-note';
import { parseVerifierKey, type VerifierKey } from '@aboveboard/tlog/verifier-key';

/**
 * Notes that parties sign (C2SP signed-note; spec/agreement.md AGR60-AGR62, spec/rules-log.md RUL5): over the
 * text as it is, with Ed25519 and with ML-DSA-44. A key that cosigns checkpoints is of another type and signs
 * no agreement.
 */
export type PartyKeyKind = 'ed25519' | 'ml-dsa-44';

/** Null: malformed, of a type that signs no agreements, or with an id that is not its own. */
export function parsePartyKey(text: string): (VerifierKey & { type: PartyKeyKind }) | null {
  const parsed = parseVerifierKey(text);
  if (!parsed.ok) return null;
  const { type } = parsed.value;
  return type === 'ed25519' || type === 'ml-dsa-44' ? { ...parsed.value, type } : null;
}

/**
 * The text of a note, and which of `keys` signed it. Null: not a note. A signature that does not verify is as
 * if it were not there: it must not be possible to spoil a party's word by adding a line.
 */
export function readPartyNote(
  bytes: Uint8Array,
  keys: readonly string[],
): { text: string; signedBy: ReadonlySet<string> } | null {
  const note = parseNote(bytes);
  if (!note.ok) return null;
  const { text, signatures } = note.value;
  const signedBy = new Set<string>();
  for (const one of keys) {
    const key = parsePartyKey(one);
    const signed = signatures.find(({ name, id }) => key && name === key.name && id === key.id);
    if (key && signed && verifySignature(key, text, signed.signature).ok) signedBy.add(one);
  }
  return { text, signedBy };
}
