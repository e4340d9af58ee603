import { describe, expect, it } from 'vitest';
import type { Agreement } from '../src/agreement.ts';
import type { AgreementStanding } from '../src/agreement-verifier.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import { withdrawConsent } from '../src/consent.ts';
import type { DenyCode, GateContext } from '../src/gate.ts';
import { en } from '../src/messages/en.ts';
import { makeProvedVerifier } from '../src/proved-verifier.ts';
import type { SuspensionReason } from '../src/rules-statement.ts';
import { makeVerifiedGate, type VerifiedGateState } from '../src/verified-gate.ts';
import type { VerifiedRules } from '../src/verified-rules.ts';
import { consentTo, NOW, pageContext } from './example-agreement.ts';
import { aboutOf, both, keyedAgreement, noteOf, PARTIES, rulesOf, signedEntries } from './rules-fixture.ts';

const EXPENSES = 'https://expenses.works.example';
const HOUR = 3_600_000;
const MINUTE = 60_000;

const given = await keyedAgreement();
const { agreement, attachments } = given;
const entries = await signedEntries(agreement);
const rules = await rulesOf(entries);
const standing = await standingUnder(rules, agreement);
const consent = consentTo(standing);
const about = await aboutOf(agreement);
const { employer, representative } = PARTIES;

async function standingUnder(under: VerifiedRules, document: Agreement): Promise<AgreementStanding> {
  return makeProvedVerifier(() => under, crypto.subtle).verify({
    document: canonicalBytes(document),
    attachments,
  });
}

/** Signed after the first, and in force. */
async function second(change: (next: Agreement) => void): Promise<Partial<VerifiedGateState>> {
  const next = await keyedAgreement((one) => {
    one.version = 2;
    change(one);
  });
  const under = await rulesOf([...entries, ...(await signedEntries(next.agreement))]);
  return { rules: under, agreement: await standingUnder(under, next.agreement) };
}

const afterwards = async (note: Promise<Uint8Array>) => ({ rules: await rulesOf([...entries, await note]) });
const suspension = {
  kind: 'suspension',
  reason: 'restructuring' as SuspensionReason,
  at: 1_795_000_000,
} as const;
const objections = {
  kind: 'objections',
  issued: 50,
  spent: 10,
  list: '9a'.repeat(32),
  targets: [{ target: { kind: 'app', app: 'board' }, count: 10 }],
} as const;
const stale = await rulesOf(entries, { time: NOW - 25 * HOUR, now: NOW });
const atEnds = {
  before: await rulesOf(entries, { time: Date.parse(agreement.validity.from) - 1 }),
  after: await rulesOf(entries, { time: Date.parse(agreement.validity.until) }),
};

type Asked = { state?: Partial<VerifiedGateState>; context?: Partial<GateContext> };
const page = (target: Partial<Extract<GateContext['target'], { kind: 'browser' }>>): Asked => ({
  context: { target: { ...pageContext(EXPENSES).target, ...target } as GateContext['target'] },
});
const lapsed = { ...consent, givenAt: NOW - 300 * 24 * HOUR, lapsesAt: NOW - 1 };

/** One way to each reason. A reason that is added to the list and not here does not compile. */
const WAYS: Record<DenyCode, Asked> = {
  off: { state: { on: false } },
  'no-agreement': { state: { agreement: null } },
  'agreement-invalid': { state: { installation: 'demonstration' } },
  'agreement-not-yet-valid': {
    state: { rules: atEnds.before },
    context: { now: Date.parse(agreement.validity.from) - 1 },
  },
  'agreement-expired': {
    state: { rules: atEnds.after },
    context: { now: Date.parse(agreement.validity.until) },
  },
  'agreement-stale': { state: { rules: stale } },
  'agreement-unsigned': { state: { rules: await rulesOf(entries.slice(0, 3)) } },
  'agreement-revoked': {
    state: await afterwards(noteOf({ kind: 'revocation', ...about }, [representative.ed25519])),
  },
  'agreement-suspended': { state: await afterwards(noteOf({ ...suspension, ...about }, both(employer))) },
  'agreement-objected': {
    state: await afterwards(
      noteOf({ ...objections, ...about, targets: [...objections.targets] }, [representative.ed25519]),
    ),
  },
  'rules-unproved': { state: { rules: { ...rules } } },
  'build-not-listed': { state: { build: 'cd'.repeat(32) } },
  'clock-wrong': { context: { now: NOW - HOUR } },
  'no-consent': { state: { consents: [withdrawConsent(consent, NOW)] } },
  'consent-lapsed': { state: { consents: [lapsed] } },
  'consent-older-than-agreement': {
    state: await second((next) => {
      next.retention.vaultDays += 30;
    }),
  },
  'new-since-consent': {
    state: await second((next) => {
      next.apps[0]?.origins.push('https://new.works.example');
    }),
    ...page({ top: 'https://new.works.example', frame: 'https://new.works.example' }),
  },
  'not-on-list': page({ top: 'https://elsewhere.example', frame: 'https://elsewhere.example' }),
  'signal-not-agreed': { context: { signal: 'photographs' } },
  'mode-not-agreed': { context: { mode: 'ambient' } },
  'private-window': page({ private: true }),
  'never-recorded': page({ window: 'devtools' }),
  'limit-reached': {
    state: { usage: { session: agreement.limits.sessionMinutes * MINUTE, today: 0 } },
  },
  'check-failed': { context: { now: Number.NaN } },
};

describe('every reason to refuse', () => {
  it('starts from what is allowed', () => {
    expect(decisionOf({}).allow).toBe(true);
  });

  it.each(Object.entries(WAYS))(
    '[GATE1] [GATE22] %s is reached, and says so in its own sentence',
    (deny, way) => {
      expect(decisionOf(way)).toEqual({ allow: false, deny, reason: en.deny[deny as DenyCode] });
    },
  );

  it('[GATE1] no two of them say the same', () => {
    expect(new Set(Object.values(en.deny)).size).toBe(Object.keys(WAYS).length);
  });
});

function decisionOf({ state, context }: Asked) {
  const whole: VerifiedGateState = {
    on: true,
    installation: 'production',
    rules,
    agreement: standing,
    consents: [consent],
    build: 'ab'.repeat(32),
    usage: { session: 0, today: 0 },
    ...state,
  };
  return makeVerifiedGate(() => whole).decide(pageContext(EXPENSES, context));
}
