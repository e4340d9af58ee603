import { decodeBase64, encodeBase64 } from './base64.ts';
import { type Checkpoint, parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { type Checked, fault, faulty, type LogFault } from './log-fault.ts';
import { consistencyFault, type Hash, inclusionFault, PROOF_LIMIT, sameHash } from './merkle.ts';
import { formatNote, NOTE_BYTES_LIMIT } from './note.ts';
import { parseHashLines } from './proof-file.ts';
import { verifyNote } from './signed-note.ts';
import { parseSize } from './tree-size.ts';
import type { VerifierKey } from './verifier-key.ts';

/**
 * Two checkpoints that one log signed and that can't both be true, with what shows it (spec/log.md, LOG150-LOG155).
 * Anyone who has the log's key verifies it offline. How it is come by: fork-search.ts.
 */
export type ForkEvidence = {
  readonly first: SignedCheckpoint;
  readonly second: SignedCheckpoint;
  /** Null: the two alone, which say it all where they are of one size. */
  readonly shown: TwoEntries | OtherStart | null;
};
/** One index that is proved to hold two things. */
export type TwoEntries = {
  readonly kind: 'entries';
  readonly index: number;
  readonly first: Proved;
  readonly second: Proved;
};
export type Proved = { readonly leaf: Hash; readonly proof: readonly Hash[] };
/** The tree of the second had this root when it had the size of the first, as a consistency proof shows. */
export type OtherStart = { readonly kind: 'start'; readonly root: Hash; readonly proof: readonly Hash[] };

/** Two checkpoints of one origin and size with two roots; null for any other two. Checks no signature. */
export function forkOf(first: SignedCheckpoint, second: SignedCheckpoint): ForkEvidence | null {
  const [a, b] = [first.checkpoint, second.checkpoint];
  if (a.origin !== b.origin || a.size !== b.size || sameHash(a.root, b.root)) return null;
  return { first, second, shown: null };
}

/** Both are signed by a key of the log, and what is claimed follows. All faults. */
export function verifyFork(
  { first, second, shown }: ForkEvidence,
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
  if (shown?.kind === 'entries') faults.push(...entriesFaults(shown, a, b));
  else if (shown?.kind === 'start') faults.push(...startFaults(shown, a, b));
  else if (!forkOf(first, second)) {
    faults.push(fault('LOG152', 'checkpoints', 'do not contradict each other by themselves'));
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: true };
}

function entriesFaults({ index, first, second }: TwoEntries, a: Checkpoint, b: Checkpoint): LogFault[] {
  const faults: LogFault[] = [];
  for (const [{ leaf, proof }, { size, root }, at] of [
    [first, a, 'first'] as const,
    [second, b, 'second'] as const,
  ]) {
    const wrong = inclusionFault({ index, size, leaf, root, proof });
    if (wrong) faults.push(fault('LOG153', `${at} proof`, wrong));
  }
  if (sameHash(first.leaf, second.leaf)) faults.push(fault('LOG153', 'leaves', 'are one and the same'));
  return faults;
}

function startFaults({ root, proof }: OtherStart, a: Checkpoint, b: Checkpoint): LogFault[] {
  // Of one size there is no start: a proof without hashes would show any root to be its own.
  if (a.size >= b.size) return [fault('LOG155', 'checkpoints', 'the first is not the smaller')];
  const wrong = consistencyFault({ size1: a.size, size2: b.size, root1: root, root2: b.root, proof });
  if (wrong) return [fault('LOG155', 'proof', wrong)];
  return sameHash(root, a.root) ? [fault('LOG155', 'root', 'is that of the first')] : [];
}

export const FORK_BYTES_LIMIT = 2 * NOTE_BYTES_LIMIT + 65_536;
const HEADER = 'aboveboard log fork v1';

/** A text: the header, what shows it if there is something, and the two notes in base64. */
export function formatFork({ first, second, shown }: ForkEvidence): Uint8Array {
  const lines = [
    HEADER,
    ...(shown ? shownLines(shown) : []),
    encodeBase64(formatNote(first.note)),
    encodeBase64(formatNote(second.note)),
    '',
  ];
  return new TextEncoder().encode(lines.join('\n'));
}

function shownLines(shown: TwoEntries | OtherStart): string[] {
  const hashes = (first: Hash, proof: readonly Hash[]) => [...[first, ...proof].map(encodeBase64), ''];
  if (shown.kind === 'start') return ['start', ...hashes(shown.root, shown.proof)];
  const { index, first, second } = shown;
  return [`index ${index}`, ...hashes(first.leaf, first.proof), ...hashes(second.leaf, second.proof)];
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
  const shown = lines.length === 0 ? null : parseShown(lines);
  if (shown && !shown.ok) faults.push(...shown.faults);
  const [first, second] = notes;
  if (faults.length > 0 || !first || !second || (shown && !shown.ok)) {
    return { ok: false, faults: faults.length > 0 ? faults : [fault('LOG154', 'fork', 'has not two notes')] };
  }
  return { ok: true, value: { first, second, shown: shown?.value ?? null } };
}

function parseShown(lines: readonly string[]): Checked<TwoEntries | OtherStart> {
  return lines[0] === 'start' ? parseStart(lines) : parseEntries(lines);
}

function parseStart(lines: readonly string[]): Checked<OtherStart> {
  const start = lines.indexOf('') === lines.length - 1 ? parseProved(lines.slice(1, -1)) : null;
  if (!start) return faulty(fault('LOG154', 'start', 'not a root and a proof'));
  return { ok: true, value: { kind: 'start', root: start.leaf, proof: start.proof } };
}

function parseEntries(lines: readonly string[]): Checked<TwoEntries> {
  const index = parseSize(/^index (.*)$/.exec(lines[0] ?? '')?.[1] ?? '');
  const gap = lines.indexOf('');
  const sides = [lines.slice(1, gap), lines.slice(gap + 1, -1)].map((side) => parseProved(side));
  const [first, second] = sides;
  if (index === null || gap < 0 || lines.at(-1) !== '' || !first || !second) {
    return faulty(fault('LOG154', 'place', 'not an index and two proofs'));
  }
  return { ok: true, value: { kind: 'entries', index, first, second } };
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
