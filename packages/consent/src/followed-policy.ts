import type { Policy } from '@aboveboard/tlog/policy';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { policyText } from './policy-change.ts';
import type { PolicyChange } from './rules-state.ts';

/**
 * What of a policy of both logs is about the log that `pinned` is about (RUL62). `text` is one that a verified rules log
 * holds; null: the log has changed nothing, and what was pinned counts.
 */
export function policyNow(pinned: Policy, text: string | null | undefined): Policy {
  return text === null || text === undefined ? pinned : policyPart(text, originsOf(pinned));
}

/**
 * The policy that counts after these changes, by whoever relies on `relied` (RUL61, RUL62): the text of both logs' policy, null
 * where nothing was changed, and how many of the changes came after `relied`. Null: `relied` is the part of none of them.
 */
export function followedPolicy(
  relied: Policy,
  changes: readonly PolicyChange[],
): { text: string | null; later: number } | null {
  const [first] = changes;
  if (!first) return { text: null, later: 0 };
  const own = policyText(relied);
  const origins = originsOf(relied);
  // Two policies may have one part about this log: then it is the later.
  const at = [first.from, ...changes.map(({ to }) => to)].findLastIndex(
    (text) => policyText(policyPart(text, origins)) === own,
  );
  const last = changes.at(-1) ?? first;
  return at < 0 ? null : { text: last.to, later: changes.length - at };
}

/**
 * All that ever counted for the log that `pinned` is about, by these changes, the one in force first. What was proved before a
 * change was proved under one of the later ones; whoever holds a replaced key can make such proofs too.
 */
export function policiesThatCounted(
  pinned: Policy,
  changes: readonly PolicyChange[],
): readonly [Policy, ...Policy[]] {
  const earlier = changes.flatMap(({ from, to }) => [from, to]).reverse();
  const texts = [...new Set(earlier)].map((text) => policyPart(text, originsOf(pinned)));
  const [newest, ...older] = texts;
  return newest ? [newest, ...older] : [pinned];
}

/** What is about logs of these origins. RangeError for what is no policy: those of a replayed log are one (RUL17). */
export function policyPart(text: string, origins: ReadonlySet<string>): Policy {
  const parsed = parsePolicy(new TextEncoder().encode(text));
  if (!parsed.ok) throw new RangeError('not a policy');
  return { ...parsed.value, logs: parsed.value.logs.filter(({ key }) => origins.has(key.name)) };
}

function originsOf({ logs }: Policy): Set<string> {
  return new Set(logs.map(({ key }) => key.name));
}
