import { leafHash } from '@aboveboard/tlog/merkle';
import { type Note, parseNote } from '@aboveboard/tlog/note';
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
  const known = knownOf(bytes);
  const signedBy = new Set<string>();
  for (const one of keys) {
    const signed = known.get(one) ?? signs(note.value, one);
    known.set(one, signed);
    if (signed) signedBy.add(one);
  }
  return { text: note.value.text, signedBy };
}

function signs({ text, signatures }: Note, keyText: string): boolean {
  const key = parsePartyKey(keyText);
  const signed = signatures.find(({ name, id }) => key && name === key.name && id === key.id);
  return key !== null && signed !== undefined && verifySignature(key, text, signed.signature).ok;
}

/**
 * Which keys signed the note of these very bytes: a log is replayed whole at each new checkpoint, and a signature
 * takes milliseconds. Found by SHA-256, so that changed bytes are other bytes.
 */
function knownOf(bytes: Uint8Array): Map<string, boolean> {
  const name = leafHash(bytes).join();
  const known = verdicts.get(name) ?? new Map<string, boolean>();
  if (verdicts.size >= VERDICTS_LIMIT) verdicts.clear();
  verdicts.set(name, known);
  return known;
}
const verdicts = new Map<string, Map<string, boolean>>();
const VERDICTS_LIMIT = 2000;
