import type { Policy } from '@aboveboard/tlog/policy';
import type { VerifierKey } from '@aboveboard/tlog/verifier-key';
import type { OwnPairs } from '../witness/witness-identity.ts';

/** What this guardian relies on: the log's pinned keys, and its own cosignatures, with both keys of one pair (GRD67). */
export function ownPolicy(log: readonly VerifierKey[], own: OwnPairs): Policy {
  const named = own().map((pair, i) =>
    pair.map((key, j) => ({ name: `own-${i + 1}-${j + 1}`, key, url: null })),
  );
  const groups = named.map((pair, i) => ({
    name: `pair-${i + 1}`,
    threshold: pair.length,
    members: pair.map(({ name }) => name),
  }));
  return {
    logs: log.map((key) => ({ key, url: null })),
    witnesses: named.flat(),
    groups: [...groups, { name: 'own', threshold: 1, members: groups.map(({ name }) => name) }],
    quorum: 'own',
  };
}
