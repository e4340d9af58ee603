import { parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { type ForkEvidence, forkOf } from './fork-evidence.ts';
import { forkFromProof } from './fork-search.ts';
import { type Checked, fault, faulty, LogError, orThrow } from './log-fault.ts';
import { consistencyFault, EMPTY_ROOT, type Hash, sameHash } from './merkle.ts';
import { formatNote, formatSignatureLine, NOTE_BYTES_LIMIT } from './note.ts';
import { parseHashLines } from './proof-file.ts';
import { signNote, verifyNote } from './signed-note.ts';
import type { NoteSigner } from './signer.ts';
import { parseSize } from './tree-size.ts';
import type { VerifierKey } from './verifier-key.ts';

/**
 * tlog-witness `add-checkpoint` (spec/log.md, LOG130-LOG139): cosigns the newest checkpoint of a log if it
 * extends the one before. What it cosigned is durable before anyone sees the cosignature, so a crash makes it
 * forget nothing that it said.
 */
export interface WitnessStorage {
  /** The newest checkpoint that was cosigned for this log, or null. */
  latest(origin: string): Promise<WitnessedHead | null>;
  /**
   * Puts `next` in the place of the head of size `from` (null: of none). Durable before it resolves to true;
   * false, with nothing changed, if something else stands there. If it throws, it may have happened.
   */
  replace(origin: string, from: number | null, next: WitnessedHead): Promise<boolean>;
}
/** `checkpoint` is the note as the log sent it: evidence, if there is ever a second one. */
export type WitnessedHead = { readonly size: number; readonly checkpoint: Uint8Array };

export type WitnessAnswer = {
  status: 200 | 400 | 403 | 404 | 409 | 422;
  contentType: string;
  body: string;
  /** The log signed two histories. Keep it, and show it. */
  evidence: ForkEvidence | null;
};

export type WitnessOptions = {
  storage: WitnessStorage;
  /** `cosigner`s: Ed25519 and ML-DSA-44. Asked for each time: a witness whose keys are replaced cosigns with two pairs. */
  cosigners: () => readonly NoteSigner[];
  /** Keys of the logs that it witnesses, by origin. */
  logs: ReadonlyMap<string, readonly VerifierKey[]>;
};

export type AddCheckpoint = { old: number; proof: Hash[]; signed: SignedCheckpoint };

export const ADD_CHECKPOINT_BYTES_LIMIT = NOTE_BYTES_LIMIT + 4096;

/** The body of `POST /add-checkpoint`; verifies nothing. */
export function parseAddCheckpoint(body: Uint8Array): Checked<AddCheckpoint> {
  if (body.length > ADD_CHECKPOINT_BYTES_LIMIT) return faulty(fault('LOG131', 'body', 'has too many bytes'));
  const blank = body.findIndex((byte, at) => byte === 10 && body[at + 1] === 10);
  if (blank < 0 || blank > HEAD_LIMIT)
    return faulty(fault('LOG131', 'body', 'has no blank line after the proof'));
  const [oldLine = '', ...hashLines] = String.fromCharCode(...body.subarray(0, blank)).split('\n');
  const old = parseSize(/^old (.*)$/.exec(oldLine)?.[1] ?? '');
  const hashes = parseHashLines(hashLines, 2);
  const signed = parseCheckpoint(body.slice(blank + 2));
  if (old === null || !hashes.ok || !signed.ok) {
    const faults = [hashes, signed].flatMap((one) => (one.ok ? [] : one.faults));
    if (old === null) faults.unshift(fault('LOG131', 'line 1', 'not: old SIZE'));
    return { ok: false, faults };
  }
  return { ok: true, value: { old, proof: hashes.value, signed: signed.value } };
}
const HEAD_LIMIT = 32 + 64 * 45;

export class Witness {
  private readonly options: WitnessOptions;
  /** The last request for each log: of one log they go one after another. */
  private readonly last = new Map<string, Promise<unknown>>();

  constructor(options: WitnessOptions) {
    this.options = options;
  }

  /** Rejects only if the storage or a signer does; then nothing was cosigned. */
  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    const parsed = parseAddCheckpoint(body);
    if (!parsed.ok) return refusal(400, 'not a request that can be read');
    const { old, signed } = parsed.value;
    const { origin, size } = signed.checkpoint;
    const keys = this.options.logs.get(origin);
    if (!keys) return refusal(404, 'not a log that this witness knows');
    if (!verifyNote(signed.note, keys).ok) return refusal(403, 'not signed by the log');
    if (old > size) return refusal(400, 'the old size is above the new one');

    const kept = withoutOthers(parsed.value, keys);
    // A tree may not be called the largest seen after a larger one was (LOG137), so no two are signed at once.
    const turn = (this.last.get(origin) ?? Promise.resolve()).then(() => this.decide(origin, kept));
    this.last.set(
      origin,
      turn.catch(() => undefined),
    );
    return await turn;
  }

  private async decide(origin: string, asked: AddCheckpoint): Promise<WitnessAnswer> {
    const before = await this.options.storage.latest(origin);
    const latest = before && readBack(before);
    if (asked.old !== (before?.size ?? 0)) {
      return conflict(before?.size ?? 0, latest && forkOf(latest, asked.signed));
    }
    return extensionFault(latest, asked) ?? (await this.cosign(origin, before, asked.signed));
  }

  private async cosign(
    origin: string,
    before: WitnessedHead | null,
    { checkpoint: { size }, note }: SignedCheckpoint,
  ): Promise<WitnessAnswer> {
    // Of the size that stands there already the first note stays: nothing needs to be written.
    if (before?.size !== size) {
      const next = { size, checkpoint: formatNote(note) };
      if (!(await this.options.storage.replace(origin, before?.size ?? null, next))) {
        return conflict((await this.options.storage.latest(origin))?.size ?? 0, null);
      }
    }
    const { signatures } = await signNote(note.text, this.options.cosigners());
    return {
      status: 200,
      contentType: TEXT,
      body: signatures.map(formatSignatureLine).join(''),
      evidence: null,
    };
  }
}

/** With the log's own signatures alone: what is kept is small, and is evidence. */
function withoutOthers(asked: AddCheckpoint, keys: readonly VerifierKey[]): AddCheckpoint {
  const { checkpoint, note } = asked.signed;
  const signatures = note.signatures.filter(({ name, id }) =>
    keys.some((key) => key.name === name && key.id === id),
  );
  return { ...asked, signed: { checkpoint, note: { text: note.text, signatures } } };
}

/** Does the checkpoint extend what was cosigned before? Null if so. */
function extensionFault(
  latest: SignedCheckpoint | null,
  { old, proof, signed }: AddCheckpoint,
): WitnessAnswer | null {
  const { size, root } = signed.checkpoint;
  if (old === 0) {
    if (proof.length > 0) return refusal(422, 'the proof from nothing is not empty');
    if (size > 0 || sameHash(root, EMPTY_ROOT)) return null;
    return refusal(422, 'not the root of an empty tree');
  }
  if (!latest) throw new RangeError('a size without a checkpoint');
  if (old === size && !sameHash(latest.checkpoint.root, root)) return conflict(size, forkOf(latest, signed));
  const claim = { size1: old, size2: size, root1: latest.checkpoint.root, root2: root, proof };
  if (!consistencyFault(claim)) return null;
  // A log that went back and on otherwise proves its own fork with what it takes for a proof.
  return { ...refusal(422, 'the proof does not hold'), evidence: forkFromProof([latest, signed], proof) };
}

function readBack({ size, checkpoint }: WitnessedHead): SignedCheckpoint {
  const signed = orThrow(parseCheckpoint(checkpoint), 'storage');
  if (signed.checkpoint.size === size) return signed;
  throw new LogError('storage', fault('LOG138', 'witnessed head', 'is of another size than it says'));
}

function conflict(size: number, evidence: ForkEvidence | null): WitnessAnswer {
  return { status: 409, contentType: 'text/x.tlog.size', body: `${size}\n`, evidence };
}

function refusal(status: 400 | 403 | 404 | 422, sentence: string): WitnessAnswer {
  return { status, contentType: TEXT, body: `${sentence}\n`, evidence: null };
}

const TEXT = 'text/plain; charset=utf-8';
