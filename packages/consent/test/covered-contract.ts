import type { AgreementStanding } from '../src/agreement-verifier.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import { makeProvedVerifier } from '../src/proved-verifier.ts';
import type { VerifiedGateState } from '../src/verified-gate.ts';
import type { VerifiedRules } from '../src/verified-rules.ts';
import { consentTo, NOW } from './example-agreement.ts';
import { aboutOf, both, keyedAgreement, noteOf, PARTIES, rulesOf, signedEntries } from './rules-fixture.ts';

/**
 * What holds for whatever records by a verified gate (GATE31): the rules that there can be, hers and the parties'
 * acts, and what each of them lets be taken, said without the gate.
 */
export const HOUR = 3_600_000;
const EXPENSES = 'https://expenses.works.example';
const FRESH = 'https://new.works.example';
export const ORIGINS = [
  EXPENSES,
  'https://board.works.example:8443',
  FRESH,
  'https://elsewhere.example',
] as const;
/** Of a page, as an agent says them. */
export const SAID = ['pointer', 'text', 'states'] as const;
export type Said = { origin: string; signal: (typeof SAID)[number]; at: number };

const first = await keyedAgreement();
const entries = await signedEntries(first.agreement);
const about = await aboutOf(first.agreement);
const next = await keyedAgreement((one) => {
  one.version = 2;
  one.apps[0]?.origins.push(FRESH);
  one.apps[0]?.signals.push('text');
});
const grown = [...entries, ...(await signedEntries(next.agreement))];

async function world(all: readonly Uint8Array[], given: typeof first, time = NOW) {
  const rules = await rulesOf(all, { time, now: Math.max(time, NOW) });
  return { rules, agreement: await standingUnder(rules, given) };
}
async function standingUnder(rules: VerifiedRules, { agreement, attachments }: typeof first) {
  const given = { document: canonicalBytes(agreement), attachments };
  return makeProvedVerifier(() => rules, crypto.subtle).verify(given);
}
export type World = { rules: VerifiedRules | null; agreement: AgreementStanding | null };
const v1 = await world(entries, first);
const v2 = await world(grown, next);
const stopped = async (note: Promise<Uint8Array>): Promise<World> => ({
  ...v1,
  rules: await rulesOf([...entries, await note]),
});
const suspension = { kind: 'suspension', ...about, reason: 'restructuring', at: 1_795_000_000 } as const;
const objections = {
  kind: 'objections',
  ...about,
  issued: 50,
  spent: 10,
  list: '9a'.repeat(32),
  targets: [{ target: { kind: 'agreement' as const }, count: 10 }],
} as const;
export const WORLDS: readonly World[] = [
  v1,
  v1,
  v2,
  v2,
  await stopped(noteOf({ kind: 'revocation', ...about }, [PARTIES.employer.ed25519])),
  await stopped(noteOf(suspension, both(PARTIES['data-protection-officer']))),
  await stopped(
    noteOf({ ...objections, targets: [...objections.targets] }, [PARTIES.representative.ed25519]),
  ),
  // Seen by the witnesses almost a day ago; looks like rules and is none; the document of another version; nothing.
  await world(entries, first, NOW - 23.9 * HOUR),
  { ...v1, rules: { ...v1.rules } },
  { rules: v2.rules, agreement: v1.agreement },
  { rules: null, agreement: v1.agreement },
];
export const CONSENTS = [consentTo(v1.agreement), consentTo(v2.agreement)] as const;

/** Where the test begins: version 1 is in force. */
export const BEGIN: VerifiedGateState = {
  on: true,
  installation: 'production',
  ...v1,
  consents: [CONSENTS[0]],
  build: 'ab'.repeat(32),
  usage: { session: 0, today: 0 },
};

/** Said anew, from the entries and the consents: no gate, no permit, nothing that was kept. */
export function covers(state: VerifiedGateState, { origin, signal, at }: Said): boolean {
  const { rules, agreement, consents, on } = state;
  const genuine = WORLDS.some((one) => one.rules === rules && one.rules !== WORLDS[8]?.rules);
  if (!on || !rules || !genuine || !rules.state.standing.inForce) return false;
  const { version } = rules.state.standing;
  const current = version.agreement;
  if (!agreement?.ok || agreement.digest !== version.digest) return false;
  if (at >= rules.checkpointTime + current.staleHours * HOUR) return false;
  if (at < Date.parse(current.validity.from) || at >= Date.parse(current.validity.until)) return false;
  const listed = (one: typeof current) =>
    one.apps.find(
      (app) => app.origins.includes(origin) && app.signals.includes(signal) && app.modes.includes('task'),
    );
  const app = listed(current);
  return (
    app !== undefined &&
    consents.some((consent) => {
      const agreed = rules.state.versions.find(({ digest }) => digest === consent.agreement.digest);
      const given = consent.apps.find(({ id }) => id === app.id);
      return (
        consent.withdrawnAt === null &&
        at < consent.lapsesAt &&
        agreed !== undefined &&
        listed(agreed.agreement) !== undefined &&
        given?.signals.includes(signal) === true &&
        given.modes.includes('task')
      );
    })
  );
}
