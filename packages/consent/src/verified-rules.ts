import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { leafHash, rootOf, sameHash } from '@aboveboard/tlog/merkle';
import { type Policy, verifyCheckpoint } from '@aboveboard/tlog/policy';
import { followedPolicy, policyNow } from './followed-policy.ts';
import { deepFreeze } from './frozen.ts';
import { type RulesTrust, replayRules } from './rules-replay.ts';
import type { RulesState } from './rules-state.ts';

/**
 * The rules as this device may rely on them (T6, T14; spec/rules-log.md, RUL50-RUL64): every entry of a tree
 * whose checkpoint the log signed and the quorum cosigned, and which extends the tree relied on before.
 * Nothing else makes a value that `isVerifiedRules` knows.
 */
export type VerifiedRules = {
  readonly state: RulesState;
  /** The tree that was replayed: its size is that of the state. */
  readonly root: string;
  /** When the quorum saw this tree: its oldest cosignature. Milliseconds since the epoch. */
  readonly checkpointTime: number;
  /** By this device's clock. Milliseconds since the epoch. */
  readonly verifiedAt: number;
  /** Of both logs, what the next checkpoint is held against (`policyNow`); null: what was pinned. */
  readonly policy: string | null;
};

/** What is kept of rules between two starts; not trusted by a gate, only held against a second history. */
export type RulesMark = {
  size: number;
  root: string;
  checkpointTime: number;
  /** The latest time that this device's clock is known to have shown; milliseconds since the epoch. */
  seenAt: number;
  /** See `VerifiedRules`; absent in what was kept before policies could change. */
  policy?: string | null;
};

const CLOCK_SLACK = 5 * 60_000;

export async function verifyRules(options: {
  /** All entries of the log, in order. */
  entries: readonly Uint8Array[];
  /** The note of a checkpoint, with its cosignatures. */
  checkpoint: Uint8Array;
  /** The pinned one: the log's keys, and the quorum that must have cosigned. What `before` says of changes goes before it. */
  policy: Policy;
  /** The policy is this party's own word, as a witness relies on what it cosigned: it follows no change in the log. */
  isOwn?: boolean;
  trust: RulesTrust;
  /** The tree that this device relied on last; null the first time. */
  before: RulesMark | null;
  /** Milliseconds since the epoch. */
  now: number;
  subtle: SubtleCrypto;
}): Promise<Checked<VerifiedRules>> {
  const { entries, checkpoint, trust, before, now, subtle } = options;
  try {
    const policy = options.isOwn ? options.policy : policyNow(options.policy, before?.policy);
    const signed = parseCheckpoint(checkpoint);
    if (!signed.ok) return signed;
    const verdict = verifyCheckpoint(signed.value, policy);
    if (!verdict.ok) return verdict;
    const { size, root } = signed.value.checkpoint;
    const faults: Fault[] = [];
    const checkpointTime = (verdict.value.time ?? Number.NaN) * 1000;
    // Without a quorum nothing says how old it is, nor that others see the same (T6).
    if (Number.isNaN(checkpointTime)) {
      faults.push({ rule: 'RUL50', at: 'policy', message: 'asks for no quorum of witnesses' });
    } else if (checkpointTime > now + CLOCK_SLACK) {
      faults.push({ rule: 'RUL50', at: 'checkpoint', message: 'was cosigned later than now' });
    }
    const leaves = entries.map(leafHash);
    if (size !== entries.length || !sameHash(rootOf(leaves), root)) {
      faults.push({ rule: 'RUL50', at: 'entries', message: 'are not those of the checkpoint' });
    }
    if (before && before.size > entries.length) {
      faults.push({ rule: 'RUL51', at: 'checkpoint', message: 'the log is shorter than it was' });
    } else if (before && hexOf(rootOf(leaves.slice(0, before.size))) !== before.root) {
      faults.push({ rule: 'RUL51', at: 'entries', message: 'the log shows another history than before' });
    }
    if (before && now + CLOCK_SLACK < before.seenAt && !(checkpointTime > before.checkpointTime)) {
      // Turned back, rules that are too old would be young again; rules that are newer say themselves how late it is.
      faults.push({ rule: 'RUL54', at: 'clock', message: 'is behind the time that this device has seen' });
    }
    if (faults.length > 0) return { ok: false, faults };
    const state = await replayRules(entries, trust, subtle);
    const followed = followedPolicy(policy, options.isOwn ? [] : state.policies);
    if (!followed) {
      return refused('RUL62', 'the log names other witnesses or keys than those that are relied on here');
    }
    if (followed.later > 1) {
      return refused('RUL64', 'was vouched for by witnesses that were replaced before its end');
    }
    const { text } = followed;
    const rules = deepFreeze({ state, root: hexOf(root), checkpointTime, verifiedAt: now, policy: text });
    verified.add(rules);
    return { ok: true, value: rules };
  } catch {
    return { ok: false, faults: [{ rule: 'RUL53', at: 'rules', message: 'could not be checked' }] };
  }
}

function refused(rule: string, message: string): Checked<VerifiedRules> {
  return { ok: false, faults: [{ rule, at: 'policy', message }] };
}

/** Made by `verifyRules`, and unchanged since. */
export function isVerifiedRules(value: unknown): value is VerifiedRules {
  return typeof value === 'object' && value !== null && verified.has(value);
}
const verified = new WeakSet<object>();

/** What to keep of rules for the next time. `seenAt`: the latest time that the device's clock showed since. */
export function markOf(
  { state, root, checkpointTime, verifiedAt, policy }: VerifiedRules,
  seenAt: number = verifiedAt,
): RulesMark {
  return { size: state.size, root, checkpointTime, seenAt: Math.max(seenAt, verifiedAt), policy };
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
