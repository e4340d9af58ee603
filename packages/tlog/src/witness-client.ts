import { encodeBase64 } from './base64.ts';
import type { SignedCheckpoint } from './checkpoint.ts';
import { type Checked, fault, faulty, type LogFault } from './log-fault.ts';
import type { Hash } from './merkle.ts';
import { formatNote, type NoteSignature, parseSignatureLines } from './note.ts';
import { cosignedBy, type Policy, type PolicyWitness, quorumTime } from './policy.ts';
import { verifySignature, withSignatures } from './signed-note.ts';
import { parseSize } from './tree-size.ts';

/**
 * Asks the witnesses of a policy for cosignatures (spec/log.md, LOG140-LOG145). No network, no timers: `post`
 * brings both. What a witness answers is believed only as far as its key verifies it.
 */
export type Post = (
  url: string,
  body: Uint8Array,
  options: { limit: number; signal: AbortSignal },
) => Promise<{ status: number; contentType: string | null; body: Uint8Array }>;

export type WitnessAsk = {
  policy: Policy;
  signed: SignedCheckpoint;
  /** From the tree of `size` entries to that of `signed`; asked only for sizes from 1 on. */
  consistencyProof: (size: number) => Promise<readonly Hash[]>;
  post: Post;
  /** For how long a witness may be waited for: aborts when the caller has waited enough. */
  signal: AbortSignal;
  /** The size of which each witness (by name) was last known; brought up to date. A wrong one costs one more request. */
  sizes: Map<string, number>;
};

export type WitnessOutcome = {
  /** With every cosignature that holds, also those that it had. */
  signed: SignedCheckpoint;
  quorum: boolean;
  /** Of each witness that gave none: why. */
  refused: { name: string; faults: readonly LogFault[] }[];
};

export const WITNESS_ANSWER_LIMIT = 65_536;

/**
 * Asks all that have not cosigned yet, all at once. Returns when the quorum holds or all have answered; where the
 * policy has no quorum, when all have.
 */
export async function askWitnesses(ask: WitnessAsk): Promise<WitnessOutcome> {
  const { policy, signed, signal } = ask;
  const before = cosignedBy(signed, policy);
  const had = before.ok ? before.value.witnesses : [];
  const times = new Map(had.map(({ name, time }) => [name, time]));
  const added: NoteSignature[] = [];
  const refused: WitnessOutcome['refused'] = [];
  const met = () =>
    quorumTime(
      policy,
      Array.from(times, ([name, time]) => ({ name, time })),
    ) !== null;

  const enough = new AbortController();
  const stop = AbortSignal.any([signal, enough.signal]);
  const asking = policy.witnesses
    .filter(({ name }) => !times.has(name))
    .map(async (witness) => {
      const answer = await untilAborted(askOne(ask, witness, stop), stop, witness.name);
      if (stop.aborted && !answer.ok) return;
      if (!answer.ok) refused.push({ name: witness.name, faults: answer.faults });
      else {
        added.push(answer.value.signature);
        times.set(witness.name, answer.value.time);
        if (met()) enough.abort();
      }
    });
  if (met()) enough.abort();
  await Promise.all(asking);
  for (const { name } of policy.witnesses) {
    if (!times.has(name) && !refused.some((one) => one.name === name)) {
      refused.push({ name, faults: [fault('LOG144', name, 'had not answered')] });
    }
  }
  const note = withSignatures(signed.note, added);
  return {
    signed: { checkpoint: signed.checkpoint, note },
    quorum: policy.quorum === null || met(),
    refused,
  };
}

type Cosignature = { signature: NoteSignature; time: number };

/** At most two requests: the second with the size that the witness named in refusing the first. */
async function askOne(
  ask: WitnessAsk,
  witness: PolicyWitness,
  signal: AbortSignal,
): Promise<Checked<Cosignature>> {
  const { name, url } = witness;
  if (url === null) return faulty(fault('LOG141', name, 'the policy names no address'));
  const { size } = ask.signed.checkpoint;
  let old = Math.min(ask.sizes.get(name) ?? 0, size);
  for (let request = 0; request < 2; request++) {
    const proof = old === 0 ? [] : await ask.consistencyProof(old);
    const body = addCheckpointBody(old, proof, ask.signed);
    const answer = await ask.post(`${url.replace(/\/$/, '')}/add-checkpoint`, body, {
      limit: WITNESS_ANSWER_LIMIT,
      signal,
    });
    if (answer.body.length > WITNESS_ANSWER_LIMIT)
      return faulty(fault('LOG145', name, 'answered with too many bytes'));
    if (answer.status === 200) {
      ask.sizes.set(name, size);
      return cosignatureIn(answer.body, witness, ask.signed);
    }
    const stands = answer.status === 409 ? sizeIn(answer.body) : null;
    if (stands === null) return faulty(fault('LOG143', name, `refused with status ${answer.status}`));
    ask.sizes.set(name, stands);
    if (stands > size || stands === old) {
      return faulty(
        fault(
          'LOG143',
          name,
          stands > size ? 'has seen a larger tree' : 'has seen another tree of this size',
        ),
      );
    }
    old = stands;
  }
  return faulty(fault('LOG143', name, 'names another size at each request'));
}

export function addCheckpointBody(old: number, proof: readonly Hash[], signed: SignedCheckpoint): Uint8Array {
  const head = new TextEncoder().encode([`old ${old}`, ...proof.map(encodeBase64), '', ''].join('\n'));
  const note = formatNote(signed.note);
  const body = new Uint8Array(head.length + note.length);
  body.set(head);
  body.set(note, head.length);
  return body;
}

/** Lines of other keys are ignored; the one of this witness's key must hold. */
function cosignatureIn(
  body: Uint8Array,
  { name, key }: PolicyWitness,
  signed: SignedCheckpoint,
): Checked<Cosignature> {
  const lines = parseSignatureLines(new TextDecoder('utf-8', { ignoreBOM: true }).decode(body));
  if (!lines.ok) return lines;
  const signature = lines.value.find((one) => one.name === key.name && one.id === key.id);
  if (!signature) return faulty(fault('LOG142', name, 'answered without its cosignature'));
  const verified = verifySignature(key, signed.note.text, signature.signature, name);
  if (!verified.ok) return verified;
  return { ok: true, value: { signature, time: verified.value.time ?? 0 } };
}

function sizeIn(body: Uint8Array): number | null {
  const text = body.length <= 32 ? String.fromCharCode(...body) : '';
  return text.endsWith('\n') ? parseSize(text.slice(0, -1)) : null;
}

/** A `post` that ignores its signal, or throws, must hold nobody up. */
async function untilAborted<T>(
  asked: Promise<Checked<T>>,
  signal: AbortSignal,
  name: string,
): Promise<Checked<T>> {
  const { promise, resolve } = Promise.withResolvers<Checked<T>>();
  const late = () => resolve(faulty(fault('LOG144', name, 'had not answered')));
  if (signal.aborted) late();
  signal.addEventListener('abort', late, { once: true });
  asked.then(resolve, () => resolve(faulty(fault('LOG144', name, 'could not be asked'))));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', late);
  }
}
