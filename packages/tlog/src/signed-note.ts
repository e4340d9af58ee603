import { parseCheckpointText } from './checkpoint.ts';
import {
  ed25519CosignatureMessage,
  mlDsa44CosignatureMessage,
  splitTimed,
  wholeTree,
} from './cosignature.ts';
import { verifyEd25519 } from './ed25519.ts';
import { type Checked, fault, faulty, type LogFault } from './log-fault.ts';
import { verifyMlDsa44 } from './ml-dsa-44.ts';
import { isNoteText, type Note, type NoteSignature } from './note.ts';
import type { NoteSigner } from './signer.ts';
import { signatureBytes, type VerifierKey } from './verifier-key.ts';

/** `time`: of a cosignature, seconds since 1970; null for a type that has none. */
export type VerifiedSignature = { readonly key: VerifierKey; readonly time: number | null };

/**
 * The signatures by `keys`. Those of other keys are ignored. One of a known key that does not hold refuses the
 * whole note, and so does a note that none of `keys` signed (LOG45).
 */
export function verifyNote(note: Note, keys: readonly VerifierKey[]): Checked<VerifiedSignature[]> {
  const verified: VerifiedSignature[] = [];
  const faults: LogFault[] = [];
  for (const [i, signature] of note.signatures.entries()) {
    for (const key of keys.filter(({ name, id }) => name === signature.name && id === signature.id)) {
      const checked = verifySignature(key, note.text, signature.signature, `signature ${i}`);
      if (checked.ok) verified.push(checked.value);
      else faults.push(...checked.faults);
    }
  }
  if (faults.length > 0) return { ok: false, faults };
  if (verified.length === 0)
    return faulty(fault('LOG45', 'signatures', 'none is by a key that is trusted here'));
  return { ok: true, value: verified };
}

/** One signature over the text of a note, by the type of its key. */
export function verifySignature(
  key: VerifierKey,
  text: string,
  signature: Uint8Array,
  at = 'signature',
): Checked<VerifiedSignature> {
  if (!isNoteText(text)) return faulty(fault('LOG41', at, 'not over the text of a note'));
  if (signature.length !== signatureBytes(key.type))
    return faulty(fault('LOG52', at, 'has not the length of its type'));
  if (key.type === 'ed25519' || key.type === 'ml-dsa-44') {
    const verify = key.type === 'ed25519' ? verifyEd25519 : verifyMlDsa44;
    return verify(key.publicKey, utf8.encode(text), signature)
      ? { ok: true, value: { key, time: null } }
      : faulty(fault('LOG45', at, 'does not verify'));
  }
  const checkpoint = parseCheckpointText(text);
  if (!checkpoint.ok) return faulty(fault('LOG70', at, 'a cosignature of what is no checkpoint'));
  const timed = splitTimed(signature);
  if (!timed) return faulty(fault('LOG72', at, 'has no time'));
  const holds =
    key.type === 'ed25519-cosignature'
      ? verifyEd25519(key.publicKey, ed25519CosignatureMessage(timed.time, text), timed.signature)
      : verifyMlDsa44(
          key.publicKey,
          mlDsa44CosignatureMessage(key.name, timed.time, wholeTree(checkpoint.value)),
          timed.signature,
        );
  return holds
    ? { ok: true, value: { key, time: timed.time } }
    : faulty(fault('LOG45', at, 'does not verify'));
}

/** RangeError for a text that is none. In the order of the signers. */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<Note> {
  if (!isNoteText(text)) throw new RangeError('not the text of a note');
  const signatures: NoteSignature[] = [];
  for (const signer of signers) {
    signatures.push({ name: signer.key.name, id: signer.key.id, signature: await signer.sign(text) });
  }
  return { text, signatures };
}

/** The note with more signatures; of a key that signed before, the new one stands. Verifies nothing. */
export function withSignatures(note: Note, added: readonly NoteSignature[]): Note {
  const kept = note.signatures.filter(
    ({ name, id }) => !added.some((one) => one.name === name && one.id === id),
  );
  return { text: note.text, signatures: [...kept, ...added] };
}

const utf8 = new TextEncoder();
