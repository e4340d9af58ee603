import { decodeBase64, encodeBase64 } from './base64.ts';
import { parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { type Checked, fault, faulty, type LogFault } from './log-fault.ts';
import { type Hash, inclusionFault, PROOF_LIMIT, sameHash } from './merkle.ts';
import { formatNote, NOTE_BYTES_LIMIT } from './note.ts';
import { parseHashLines } from './proof-file.ts';
import { verifyNote } from './signed-note.ts';
import { parseSize } from './tree-size.ts';
import type { VerifierKey } from './verifier-key.ts';

/**
 * Two checkpoints that one log signed and that can't both be true, with what shows it (spec/log.md, LOG150-LOG154).
 * Anyone who has the log's key verifies it offline.
 */
export type ForkEvidence = {
  readonly first: SignedCheckpoint;
  readonly second: SignedCheckpoint;
  /** Null: two roots of one size say it all. Else an entry's place that is proved to hold two things. */
  readonly place: { readonly index: number; readonly first: Proved; readonly second: Proved } | null;
};
export type Proved = { readonly leaf: Hash; readonly proof: readonly Hash[] };

/** Two checkpoints of one origin and size with two roots; null for any other two. Checks no signature. */
export function forkOf(first: SignedCheckpoint, second: SignedCheckpoint): ForkEvidence | null {
  const [a, b] = [first.checkpoint, second.checkpoint];
  if (a.origin !== b.origin || a.size !== b.size || sameHash(a.root, b.root)) return null;
  return { first, second, place: null };
}

/** Both are signed by a key of the log, and what is claimed follows. All faults. */
export function verifyFork(
  { first, second, place }: ForkEvidence,
  keys: readonly VerifierKey[],
): Checked<true> {
  const faults: LogFault[] = [];
  const [a, b] = [first.checkpoint, second.checkpoint];
  for (const [at, signed] of Object.entries({ first, second })) {
    const own = keys.filter(({ name }) => name === signed.checkpoint.origin);
    const verified = verifyNote(signed.note, own);
    if (!verified.ok) faults.push(...verified.faults.map((one) => ({ ...one, at: `${at} ${one.at}` })));
  }
  if (a.origin !== b.origin) faults.push(fault('LOG151', 'origins', 'are two logs'));
  if (!place) {
    if (!forkOf(first, second)) faults.push(fault('LOG152', 'checkpoints', 'do not contradict each other'));
  } else {
    const sides = [[place.first, a, 'first'] as const, [place.second, b, 'second'] as const];
    for (const [{ leaf, proof }, { size, root }, at] of sides) {
      const wrong = inclusionFault({ index: place.index, size, leaf, root, proof });
      if (wrong) faults.push(fault('LOG153', `${at} proof`, wrong));
    }
    if (sameHash(place.first.leaf, place.second.leaf)) {
      faults.push(fault('LOG153', 'leaves', 'are one and the same'));
    }
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: true };
}

export const FORK_BYTES_LIMIT = 2 * NOTE_BYTES_LIMIT + 65_536;
const HEADER = 'aboveboard log fork v1';

/** A text: the header, the place with its two proofs if there is one, and the two notes in base64. */
export function formatFork({ first, second, place }: ForkEvidence): Uint8Array {
  const side = ({ leaf, proof }: Proved) => [leaf, ...proof].map(encodeBase64);
  const lines = [
    HEADER,
    ...(place ? [`index ${place.index}`, ...side(place.first), '', ...side(place.second), ''] : []),
    encodeBase64(formatNote(first.note)),
    encodeBase64(formatNote(second.note)),
    '',
  ];
  return new TextEncoder().encode(lines.join('\n'));
}

/** Reads, verifies nothing. */
export function parseFork(bytes: Uint8Array): Checked<ForkEvidence> {
  if (bytes.length > FORK_BYTES_LIMIT) return faulty(fault('LOG154', 'fork', 'has too many bytes'));
  const lines = latin1(bytes).split('\n');
  if (lines.shift() !== HEADER || lines.pop() !== '')
    return faulty(fault('LOG154', 'fork', 'not of this format'));
  const faults: LogFault[] = [];
  const notes = lines.splice(-2).map((line, i) => {
    const note = decodeBase64(line);
    const signed = note
      ? parseCheckpoint(note)
      : faulty<SignedCheckpoint>(fault('LOG2', `note ${i}`, 'not base64'));
    if (!signed.ok) faults.push(...signed.faults);
    return signed.ok ? signed.value : null;
  });
  const place = lines.length === 0 ? null : parsePlace(lines);
  if (place && !place.ok) faults.push(...place.faults);
  const [first, second] = notes;
  if (faults.length > 0 || !first || !second || (place && !place.ok)) {
    return { ok: false, faults: faults.length > 0 ? faults : [fault('LOG154', 'fork', 'has not two notes')] };
  }
  return { ok: true, value: { first, second, place: place?.value ?? null } };
}

function parsePlace(lines: readonly string[]): Checked<NonNullable<ForkEvidence['place']>> {
  const index = parseSize(/^index (.*)$/.exec(lines[0] ?? '')?.[1] ?? '');
  const gap = lines.indexOf('');
  const sides = [lines.slice(1, gap), lines.slice(gap + 1, -1)].map((side) => parseProved(side));
  const [first, second] = sides;
  if (index === null || gap < 0 || lines.at(-1) !== '' || !first || !second) {
    return faulty(fault('LOG154', 'place', 'not an index and two proofs'));
  }
  return { ok: true, value: { index, first, second } };
}

function parseProved([leafLine, ...proofLines]: readonly string[]): Proved | null {
  if (leafLine === undefined || proofLines.length > PROOF_LIMIT) return null;
  const leaf = parseHashLines([leafLine], 1);
  const proof = parseHashLines(proofLines, 2);
  return leaf.ok && proof.ok ? { leaf: leaf.value[0] as Hash, proof: proof.value } : null;
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}
