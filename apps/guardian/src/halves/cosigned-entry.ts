import { type PlainUse, readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { orThrow } from '@aboveboard/tlog/log-fault';
import { sameHash } from '@aboveboard/tlog/merkle';
import type { Policy } from '@aboveboard/tlog/policy';
import { type LogProof, parseProof, verifyProof } from '@aboveboard/tlog/proof-file';
import type { KnownLog } from '../witness/known-logs.ts';
import type { OwnPairs } from '../witness/witness-identity.ts';
import type { WitnessRows } from '../witness/witness-rows.ts';
import { ownPolicy } from './own-policy.ts';

/**
 * An entry of the log of uses that stands under a checkpoint which this guardian cosigned itself (GRD67): with its own
 * keys, and not beyond what its own witness remembers. All the faults at once; never throws for what is shown.
 */
export async function cosignedEntry(
  shown: { entry: Uint8Array; proof: Uint8Array },
  by: { log: KnownLog; own: OwnPairs; rows: Pick<WitnessRows, 'latest'> },
): Promise<Checked<PlainUse>> {
  const entry = provedEntry(shown, ownPolicy(by.log.keys, by.own));
  if (!entry.ok) return entry;
  const { use, proof } = entry.value;
  const { checkpoint } = proof.signed;
  const seen = await by.rows.latest(checkpoint.origin);
  const head = seen && orThrow(parseCheckpoint(seen.checkpoint), 'storage').checkpoint;
  if (!head || checkpoint.size > head.size) {
    return refused('checkpoint', 'is of a tree that this witness has not seen');
  }
  if (checkpoint.size === head.size && !sameHash(checkpoint.root, head.root)) {
    return refused('checkpoint', 'is of another tree than this witness has seen');
  }
  return { ok: true, value: use };
}

/** An entry that the log alone signed: enough for what only takes away (GRD78). */
export function signedEntry(
  shown: { entry: Uint8Array; proof: Uint8Array },
  log: KnownLog,
): Checked<PlainUse> {
  const policy: Policy = {
    logs: log.keys.map((key) => ({ key, url: null })),
    witnesses: [],
    groups: [],
    quorum: null,
  };
  const entry = provedEntry(shown, policy);
  return entry.ok ? { ok: true, value: entry.value.use } : entry;
}

function provedEntry(
  { entry, proof }: { entry: Uint8Array; proof: Uint8Array },
  policy: Policy,
): Checked<{ use: PlainUse; proof: LogProof }> {
  const parsed = parseProof(proof);
  if (!parsed.ok) return parsed;
  const verdict = verifyProof(parsed.value, entry, policy);
  const read = readUsesEntry(entry);
  const faults: Fault[] = [verdict, read].flatMap((one) => (one.ok ? [] : [...one.faults]));
  if (faults.length > 0 || !read.ok) return { ok: false, faults };
  if (read.value.kind !== 'plain') return refused('entry', 'is a commitment and no access');
  return { ok: true, value: { use: read.value.use, proof: parsed.value } };
}

function refused(at: string, message: string): { ok: false; faults: Fault[] } {
  return { ok: false, faults: [{ rule: 'GRD67', at, message }] };
}
