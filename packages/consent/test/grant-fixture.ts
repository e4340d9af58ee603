import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import type { Agreement, PartyRole } from '../src/agreement.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import { type GrantEvidence, verifyGrant } from '../src/grant.ts';
import { type Grant, grantDigest } from '../src/grant-document.ts';
import { type GrantStatement, signGrantStatement } from '../src/grant-note.ts';
import { replayRules } from '../src/rules-replay.ts';
import type { RulesState } from '../src/rules-state.ts';
import { NOW } from './example-agreement.ts';
import { aboutOf, both, keyedAgreement, PARTIES, signedEntries, TRUST } from './rules-fixture.ts';

/** Of a made-up researcher's jobs; the same in every run. */
export const JOB_SIGNER = textSigner('jobs.works.example', ed25519Key(new Uint8Array(32).fill(60)));
export const ASKER = '5a'.repeat(16);
export const RECORDING = 'AAAAAAAAAAAAAAAAAAAAAA';

export async function signedAgreement(change: (agreement: Agreement) => void = () => {}) {
  const { agreement } = await keyedAgreement(change);
  const rules = await replayRules(await signedEntries(agreement), TRUST, crypto.subtle);
  return { agreement, rules, about: await aboutOf(agreement) };
}

export function exampleGrant(about: Grant['agreement'], change: Partial<Grant> = {}): Grant {
  const from = Math.floor(NOW / 1000);
  return {
    format: 'aboveboard-grant',
    formatVersion: 1,
    id: '1b'.repeat(16),
    agreement: about,
    asker: ASKER,
    purpose: 'model-training',
    reading: ['dataset', 'rendering'],
    slice: {
      kind: 'tasks',
      cards: [{ id: 'expense-single', version: null }],
      weeks: { from: '2026-W40', to: '2026-W52' },
    },
    from,
    until: from + 30 * 86_400,
    jobKey: formatVerifierKey(JOB_SIGNER.key),
    ...change,
  };
}

export type Said = { kind: GrantStatement['kind']; role: PartyRole; half?: 'ed25519' | 'mlDsa44' };

export async function said(
  grant: Pick<Grant, 'id'>,
  digest: string,
  { kind, role, half }: Said,
): Promise<Uint8Array> {
  const about = { grant: grant.id, digest };
  const statement: GrantStatement =
    kind === 'grant-refusal' ? { kind, ...about, reason: 'slice' } : { kind, ...about };
  return signGrantStatement(statement, half ? [PARTIES[role][half]] : both(PARTIES[role]));
}

export const APPROVED: readonly Said[] = [
  { kind: 'grant-approval', role: 'representative' },
  { kind: 'grant-approval', role: 'employer' },
];

/** A grant that holds, with what a test changes about it. */
export async function verdictOf(
  given: {
    grant?: Partial<Grant>;
    said?: readonly Said[];
    agreement?: (agreement: Agreement) => void;
    rules?: (rules: RulesState) => RulesState | null;
    evidence?: Partial<GrantEvidence>;
  } = {},
) {
  const { rules, about } = await signedAgreement(given.agreement);
  const document = canonicalBytes(exampleGrant(about, given.grant));
  const digest = await grantDigest(document, crypto.subtle);
  const id = { id: given.grant?.id ?? '1b'.repeat(16) };
  const notes = await Promise.all((given.said ?? APPROVED).map((one) => said(id, digest, one)));
  return verifyGrant({
    grant: document,
    notes,
    rules: given.rules ? given.rules(rules) : rules,
    rulesTime: NOW,
    now: NOW + 60_000,
    subtle: crypto.subtle,
    ...given.evidence,
  });
}
