import type { SignedCheckpoint } from './checkpoint.ts';
import { type Checked, fault, faulty } from './log-fault.ts';
import { verifyNote } from './signed-note.ts';
import type { VerifierKey } from './verifier-key.ts';

/**
 * Whom one trusts (tlog-policy; spec/log.md, LOG100-LOG110): the keys of logs, the keys of witnesses, and which
 * of these must have cosigned. `policy-file.ts` reads and writes it.
 */
export type Policy = {
  readonly logs: readonly { readonly key: VerifierKey; readonly url: string | null }[];
  readonly witnesses: readonly PolicyWitness[];
  readonly groups: readonly PolicyGroup[];
  /** Name of a witness or group; null is `quorum none`. */
  readonly quorum: string | null;
};
/** `name` is the policy's own; the key has another. */
export type PolicyWitness = { readonly name: string; readonly key: VerifierKey; readonly url: string | null };
/** Members are names of witnesses or of groups before this one; `threshold` of them suffice. */
export type PolicyGroup = {
  readonly name: string;
  readonly threshold: number;
  readonly members: readonly string[];
};

export type PolicyVerdict = {
  /** Names of the witnesses whose cosignatures hold. */
  readonly witnesses: readonly { readonly name: string; readonly time: number }[];
  /** Of `quorum none`: null. Else the latest time by which a quorum had cosigned: the oldest cosignature of the newest quorum. */
  readonly time: number | null;
};

/**
 * The checkpoint is signed by a log of the policy whose name is its origin, and cosigned by the quorum. A known
 * key's signature that does not hold refuses it, also beyond the quorum (LOG45, LOG104).
 */
export function verifyCheckpoint(signed: SignedCheckpoint, policy: Policy): Checked<PolicyVerdict> {
  const { origin } = signed.checkpoint;
  const logKeys = policy.logs.map(({ key }) => key).filter(({ name }) => name === origin);
  if (logKeys.length === 0) return faulty(fault('LOG103', 'line 1', 'not the origin of a log of the policy'));
  const byLog = verifyNote(signed.note, logKeys);
  if (!byLog.ok) return byLog;
  const verdict = cosignedBy(signed, policy);
  if (!verdict.ok) return verdict;
  if (policy.quorum !== null && verdict.value.time === null) {
    return faulty(fault('LOG104', 'signatures', 'the quorum of witnesses has not cosigned'));
  }
  return verdict;
}

/** Which witnesses cosigned, whether or not they make the quorum (`time` is null if not); asks no log's signature. */
export function cosignedBy(signed: SignedCheckpoint, policy: Policy): Checked<PolicyVerdict> {
  const known = signed.note.signatures.some((one) =>
    policy.witnesses.some(({ key }) => key.name === one.name && key.id === one.id),
  );
  if (!known) return { ok: true, value: { witnesses: [], time: null } };
  const verified = verifyNote(
    signed.note,
    policy.witnesses.map(({ key }) => key),
  );
  if (!verified.ok) return verified;
  const witnesses = policy.witnesses.flatMap(({ name, key }) => {
    const time = verified.value.find((one) => one.key === key)?.time;
    return time === null || time === undefined ? [] : [{ name, time }];
  });
  return { ok: true, value: { witnesses, time: quorumTime(policy, witnesses) } };
}

/**
 * The latest moment of which a quorum of these says that it had seen the tree: of a group, the time of its
 * `threshold`-th newest member. Null without a quorum, and for `quorum none`.
 */
export function quorumTime(policy: Policy, witnesses: PolicyVerdict['witnesses']): number | null {
  const times = new Map<string, number>(witnesses.map(({ name, time }) => [name, time]));
  for (const { name, threshold, members } of policy.groups) {
    const newest = members.flatMap((member) => times.get(member) ?? []).sort((a, b) => b - a);
    const time = newest[threshold - 1];
    if (time !== undefined) times.set(name, time);
  }
  return policy.quorum === null ? null : (times.get(policy.quorum) ?? null);
}

/**
 * Is what was cosigned at `time` recent enough? `ahead`: by how much a witness's clock may be before ours; a
 * time beyond that says that one of the clocks is wrong, and nothing about age (LOG106). All in seconds.
 */
export function freshness(
  time: number,
  clock: { now: number; maxAge: number; ahead: number },
): 'fresh' | 'stale' | 'ahead' {
  if (time > clock.now + clock.ahead) return 'ahead';
  return clock.now - time <= clock.maxAge ? 'fresh' : 'stale';
}
