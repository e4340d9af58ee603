import { writeFileSync } from 'node:fs';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { type Grant, grantDigest } from '@aboveboard/consent/grant-document';
import { NOW } from '../../packages/consent/test/example-agreement.ts';
import {
  APPROVED,
  exampleGrant,
  RECORDING,
  type Said,
  said,
  signedAgreement,
} from '../../packages/consent/test/grant-fixture.ts';

/** Writes vectors/grant/grants.json: `node tools/vectors/grant.ts`. Keys are made up and public. */
const { about, agreement } = await signedAgreement();
const text = (value: unknown) => new TextDecoder().decode(canonicalBytes(value));
const base = exampleGrant(about);

const valid: [string, Grant][] = [
  ['a slice of one task in some weeks', base],
  [
    'a slice of any task',
    { ...base, slice: { kind: 'tasks', cards: null, weeks: { from: '2026-W53', to: '2027-W53' } } },
  ],
  ['a list of recordings', { ...base, slice: { kind: 'recordings', recordings: [RECORDING] } }],
  ['one second', { ...base, until: base.from + 1 }],
];
const { slice: _, ...sliceless } = base;
const invalid: [string, string, unknown][] = [
  ['a field of its own', 'GRT1', { ...base, person: 'x' }],
  ['another format', 'GRT2', { ...base, format: 'aboveboard-agreement' }],
  ['a newer version', 'GRT2', { ...base, formatVersion: 2, more: true }],
  ['an id that is too short', 'GRT3', { ...base, id: '1b' }],
  ['an agreement without digest', 'GRT4', { ...base, agreement: { id: 'demonstration', version: 1 } }],
  ['a name in the place of an account', 'GRT5', { ...base, asker: 'a.researcher' }],
  ['a purpose that no agreement can have', 'GRT6', { ...base, purpose: 'performance' }],
  ['nothing that is done', 'GRT7', { ...base, reading: [] }],
  ['readings out of order', 'GRT7', { ...base, reading: ['rendering', 'dataset'] }],
  ['a reading that nobody is granted', 'GRT7', { ...base, reading: ['verification'] }],
  ['no slice', 'GRT8', sliceless],
  ['a list of nothing', 'GRT8', { ...base, slice: { kind: 'recordings', recordings: [] } }],
  [
    'a recording twice',
    'GRT8',
    { ...base, slice: { kind: 'recordings', recordings: [RECORDING, RECORDING] } },
  ],
  [
    'a person',
    'GRT1',
    { ...base, slice: { kind: 'tasks', cards: null, weeks: { from: '2026-W01', to: '2026-W02' }, person: 1 } },
  ],
  [
    'weeks that end first',
    'GRT8',
    { ...base, slice: { kind: 'tasks', cards: null, weeks: { from: '2026-W02', to: '2026-W01' } } },
  ],
  [
    'weeks of three years',
    'GRT8',
    { ...base, slice: { kind: 'tasks', cards: null, weeks: { from: '2025-W52', to: '2027-W01' } } },
  ],
  ['an end before it begins', 'GRT9', { ...base, until: base.from }],
  ['more than a quarter', 'GRT9', { ...base, until: base.from + 92 * 86_400 + 1 }],
  ['a job key that is none', 'GRT10', { ...base, jobKey: 'jobs.works.example+00000000+AAAA' }],
];

const digest = await grantDigest(base, crypto.subtle);
const representative: Said = { kind: 'grant-approval', role: 'representative' };
const cases: [string, readonly Said[], { rules?: string; now?: number; faults: string[] }][] = [
  ['two approvals', APPROVED, { faults: [] }],
  [
    'employer and officer without the representative',
    [
      { kind: 'grant-approval', role: 'employer' },
      { kind: 'grant-approval', role: 'data-protection-officer' },
    ],
    { faults: ['GRT23'] },
  ],
  ['the representative twice', [representative, representative], { faults: ['GRT23'] }],
  [
    'half of the second approval',
    [representative, { kind: 'grant-approval', role: 'employer', half: 'ed25519' }],
    { faults: ['GRT23'] },
  ],
  [
    'a revocation by the third party with one key',
    [...APPROVED, { kind: 'grant-revocation', role: 'data-protection-officer', half: 'ed25519' }],
    { faults: ['GRT25'] },
  ],
  [
    'a refusal that came first',
    [{ kind: 'grant-refusal', role: 'employer', half: 'ed25519' }, ...APPROVED],
    { faults: ['GRT25'] },
  ],
  ['its last second', APPROVED, { now: base.until * 1000, faults: ['GRT32'] }],
  ['rules that nobody knows', APPROVED, { rules: 'unknown', faults: ['GRT23', 'GRT30'] }],
];
const verdicts = [];
for (const [why, statements, { rules = 'in-force', now = NOW, faults }] of cases) {
  const notes = await Promise.all(statements.map((one) => said(base, digest, one)));
  verdicts.push({
    why,
    grant: text(base),
    notes: notes.map((note) => new TextDecoder().decode(note)),
    rules,
    now,
    faults,
  });
}

const vectors = {
  valid: await Promise.all(
    valid.map(async ([why, grant]) => ({
      why,
      document: text(grant),
      digest: await grantDigest(grant, crypto.subtle),
    })),
  ),
  invalid: [
    ...invalid.map(([why, rule, grant]) => ({ why, document: text(grant), rule })),
    { why: 'another spelling', document: `${text(base)}\n`, rule: 'GRT1' },
    { why: 'what is no JSON', document: 'a grant', rule: 'GRT1' },
  ],
  agreement: text(agreement),
  verdicts,
};
writeFileSync(
  new URL('../../vectors/grant/grants.json', import.meta.url),
  `${JSON.stringify(vectors, null, 2)}\n`,
);
