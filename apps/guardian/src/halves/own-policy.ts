import type { Policy } from '@aboveboard/tlog/policy';
import type { VerifierKey } from '@aboveboard/tlog/verifier-key';

/** What this guardian relies on: the log's pinned keys, and its own cosignatures, with both of its keys (GRD67). */
export function ownPolicy(log: readonly VerifierKey[], own: readonly VerifierKey[]): Policy {
  const witnesses = own.map((key, i) => ({ name: `own-${i + 1}`, key, url: null }));
  return {
    logs: log.map((key) => ({ key, url: null })),
    witnesses,
    groups: [{ name: 'own', threshold: own.length, members: witnesses.map(({ name }) => name) }],
    quorum: 'own',
  };
}
