/** What decides or destroys, and the tests that are to notice when it is changed. Run in this order, to the first that fails. */
export type Target = { name: string; files: readonly string[]; tests: readonly string[] };

export const TARGETS: readonly Target[] = [
  {
    name: 'gate',
    files: ['packages/consent/src/gate-target.ts', 'packages/consent/src/verified-gate.ts'],
    tests: [
      'packages/consent/test/gate-edges.test.ts',
      'packages/consent/test/verified-gate.test.ts',
      'packages/consent/test/gate-reasons.test.ts',
      'packages/consent/test/local-gate.test.ts',
    ],
  },
  {
    name: 'key destruction',
    files: ['packages/vault/src/half-ring.ts', 'packages/vault/src/stored-keyring.ts'],
    tests: [
      'packages/vault/test/ring-edges.test.ts',
      'packages/vault/test/key-halves.test.ts',
      'packages/vault/test/keyring.test.ts',
    ],
  },
  {
    name: 'decision wrapper',
    files: [
      'apps/server/src/access/decision.ts',
      'apps/server/src/access/policies.ts',
      'apps/server/src/access/asked-for.ts',
    ],
    tests: ['apps/server/test/access-decision.test.ts'],
  },
  {
    name: 'release of halves',
    files: [
      'apps/guardian/src/halves/giving.ts',
      'apps/guardian/src/halves/cosigned-entry.ts',
      'apps/guardian/src/halves/half-keeping.ts',
      'apps/guardian/src/halves/half-lock.ts',
      'apps/guardian/src/halves/half-rows.ts',
      'apps/guardian/src/halves/half-journal.ts',
      'apps/guardian/src/halves/guardian-rules.ts',
      'apps/guardian/src/halves/own-policy.ts',
    ],
    tests: ['apps/guardian/test/halves.test.ts', 'apps/guardian/test/half-server.test.ts'],
  },
];
