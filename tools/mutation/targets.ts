/** What decides or destroys, and the tests that are to notice when it is changed. Run in this order, to the first that fails. */
export type Target = { name: string; files: readonly Tried[] };
/** `only`: of these tests those with such a name, where one file of them needs a whole server. */
export type Tried = { path: string; tests: readonly string[]; only?: string };

const under = (tests: readonly string[], ...paths: string[]): Tried[] =>
  paths.map((path) => ({ path, tests }));

const HALVES = [
  'apps/guardian/test/half-edges.test.ts',
  'apps/guardian/test/half-destroying.test.ts',
  'apps/guardian/test/guardian-rules.test.ts',
  'apps/guardian/test/cosigned-entry.test.ts',
  'apps/guardian/test/halves.test.ts',
  'apps/guardian/test/half-server.test.ts',
];

export const TARGETS: readonly Target[] = [
  {
    name: 'gate',
    files: under(
      [
        'packages/consent/test/gate-edges.test.ts',
        'packages/consent/test/verified-gate.test.ts',
        'packages/consent/test/gate-reasons.test.ts',
        'packages/consent/test/local-gate.test.ts',
      ],
      'packages/consent/src/gate-target.ts',
      'packages/consent/src/verified-gate.ts',
    ),
  },
  {
    name: 'key destruction',
    files: under(
      [
        'packages/vault/test/ring-edges.test.ts',
        'packages/vault/test/key-halves.test.ts',
        'packages/vault/test/keyring.test.ts',
      ],
      'packages/vault/src/half-ring.ts',
      'packages/vault/src/stored-keyring.ts',
    ),
  },
  {
    name: 'decision wrapper',
    files: [
      ...under(
        ['apps/server/test/access-decision.test.ts'],
        'apps/server/src/access/decision.ts',
        'apps/server/src/access/policies-by-action.ts',
        'apps/server/src/access/policies.ts',
      ),
      {
        path: 'apps/server/src/access/asked-for.ts',
        tests: ['apps/server/test/asked-for.test.ts', 'apps/server/test/grants.test.ts'],
        only: 'GRT50',
      },
    ],
  },
  {
    name: 'release of halves',
    files: under(
      HALVES,
      'apps/guardian/src/halves/giving.ts',
      'apps/guardian/src/halves/cosigned-entry.ts',
      'apps/guardian/src/halves/half-keeping.ts',
      'apps/guardian/src/halves/half-lock.ts',
      'apps/guardian/src/halves/half-rows.ts',
      'apps/guardian/src/halves/half-journal.ts',
      'apps/guardian/src/halves/guardian-rules.ts',
      'apps/guardian/src/halves/own-policy.ts',
    ),
  },
];
