import { decodeBase64, encodeBase64 } from './base64.ts';
import { parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { type Checked, fault, faulty, type LogFault } from './log-fault.ts';
import { HASH_BYTES, type Hash, inclusionFault, leafHash, PROOF_LIMIT } from './merkle.ts';
import { formatNote, NOTE_BYTES_LIMIT } from './note.ts';
import { type Policy, type PolicyVerdict, verifyCheckpoint } from './policy.ts';
import { parseSize } from './tree-size.ts';

/** A `.tlog-proof` (c2sp.org/tlog-proof@v1; spec/log.md, LOG120-LOG125): with an entry and a policy it verifies offline. */
export type LogProof = {
  readonly index: number;
  readonly hashes: readonly Hash[];
  readonly signed: SignedCheckpoint;
  /** Nobody signed it: a hint, never a fact. */
  readonly extra: Uint8Array | null;
};

export const PROOF_BYTES_LIMIT = NOTE_BYTES_LIMIT + 131_072;
export const EXTRA_BYTES_LIMIT = 65_535;
const HEADER = 'c2sp.org/tlog-proof@v1';

export function formatProof({ index, hashes, signed, extra }: LogProof): Uint8Array {
  const lines = [
    HEADER,
    ...(extra ? [`extra ${encodeBase64(extra)}`] : []),
    `index ${index}`,
    ...hashes.map(encodeBase64),
    '',
    '',
  ];
  const [head, note] = [new TextEncoder().encode(lines.join('\n')), formatNote(signed.note)];
  const bytes = new Uint8Array(head.length + note.length);
  bytes.set(head);
  bytes.set(note, head.length);
  return bytes;
}

/** Reads, verifies nothing. */
export function parseProof(bytes: Uint8Array): Checked<LogProof> {
  if (bytes.length > PROOF_BYTES_LIMIT) return faulty(fault('LOG121', 'proof', 'has too many bytes'));
  const blank = blankLine(bytes);
  if (blank < 0) return faulty(fault('LOG120', 'proof', 'has no blank line before its checkpoint'));
  if (blank > HEAD_BYTES_LIMIT)
    return faulty(fault('LOG121', 'proof', 'has too many bytes before its checkpoint'));
  // Whatever is not ASCII is in no line that follows.
  const lines = [...bytes.subarray(0, blank)]
    .map((byte) => String.fromCharCode(byte))
    .join('')
    .split('\n');
  const faults: LogFault[] = [];
  if (lines[0] !== HEADER) faults.push(fault('LOG120', 'line 1', `not ${HEADER}`));
  const extraLine = lines[1]?.startsWith('extra ') ? lines[1].slice('extra '.length) : null;
  let extra: Uint8Array | null = null;
  if (extraLine !== null) {
    extra = extraLine.length <= EXTRA_TEXT_LIMIT ? decodeBase64(extraLine) : null;
    if (!extra) faults.push(fault('LOG122', 'line 2', 'not canonical base64, or too long'));
  }
  const second = extraLine === null ? 1 : 2;
  const index = /^index (.*)$/.exec(lines[second] ?? '')?.[1];
  const parsedIndex = index === undefined ? null : parseSize(index);
  if (parsedIndex === null) faults.push(fault('LOG123', `line ${second + 1}`, 'not: index NUMBER'));
  const hashes = parseHashLines(lines.slice(second + 1), second + 2);
  if (!hashes.ok) faults.push(...hashes.faults);
  const signed = parseCheckpoint(bytes.subarray(blank + 2));
  if (!signed.ok) faults.push(...signed.faults);
  if (faults.length > 0 || parsedIndex === null || !hashes.ok || !signed.ok) return { ok: false, faults };
  return { ok: true, value: { index: parsedIndex, hashes: hashes.value, signed: signed.value, extra } };
}
const EXTRA_TEXT_LIMIT = 4 * Math.ceil(EXTRA_BYTES_LIMIT / 3);
/** One that is longer has a line that is too long, or a line too many. */
const HEAD_BYTES_LIMIT = 131_072;

/** Lines of 32 bytes in base64, at most 63, `first` being the number of the first line (LOG124). */
export function parseHashLines(lines: readonly string[], first: number): Checked<Hash[]> {
  if (lines.length > PROOF_LIMIT)
    return faulty(fault('LOG124', `line ${first}`, 'more hashes than any proof has'));
  const faults: LogFault[] = [];
  const hashes: Hash[] = [];
  for (const [i, line] of lines.entries()) {
    const hash = line.length === HASH_TEXT ? decodeBase64(line) : null;
    if (hash?.length === HASH_BYTES) hashes.push(hash);
    else faults.push(fault('LOG124', `line ${first + i}`, 'not a hash of 32 bytes in base64'));
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: hashes };
}
const HASH_TEXT = 44;

/**
 * The entry stands at the proof's index in the log, under a checkpoint that the policy accepts. Offline; no
 * clock: how old it may be is for `freshness` to say of the verdict's time.
 */
export function verifyProof(proof: LogProof, entry: Uint8Array, policy: Policy): Checked<PolicyVerdict> {
  const { size, root } = proof.signed.checkpoint;
  const wrong = inclusionFault({
    index: proof.index,
    size,
    leaf: leafHash(entry),
    root,
    proof: proof.hashes,
  });
  const verdict = verifyCheckpoint(proof.signed, policy);
  const faults = verdict.ok ? [] : verdict.faults;
  if (wrong !== null) faults.unshift(fault('LOG125', 'proof', wrong));
  return faults.length > 0 || !verdict.ok ? { ok: false, faults } : verdict;
}

function blankLine(bytes: Uint8Array): number {
  for (let at = 0; at + 1 < bytes.length; at++) if (bytes[at] === 10 && bytes[at + 1] === 10) return at;
  return -1;
}
