import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Agreement, MODES, SIGNALS } from '../src/agreement.ts';
import type { AgreementStanding } from '../src/agreement-verifier.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import { type ConsentRecord, withdrawConsent } from '../src/consent.ts';
import type { DenyCode, GateContext } from '../src/gate.ts';
import { en } from '../src/messages/en.ts';
import { makeProvedVerifier } from '../src/proved-verifier.ts';
import { makeVerifiedGate, type VerifiedGateState } from '../src/verified-gate.ts';
import type { VerifiedRules } from '../src/verified-rules.ts';
import { consentTo, NOW, pageContext } from './example-agreement.ts';
import { gateContract } from './gate-contract.ts';
import { aboutOf, both, keyedAgreement, noteOf, PARTIES, rulesOf, signedEntries } from './rules-fixture.ts';

const HOUR = 3_600_000;
const EXPENSES = 'https://expenses.works.example';
const BUILD = 'ab'.repeat(32);

const first = await keyedAgreement();
const entries = await signedEntries(first.agreement);
const rules = await rulesOf(entries);

async function standingOf(
  given: { agreement: Agreement; attachments: ReadonlyMap<string, Uint8Array> },
  under: VerifiedRules,
): Promise<AgreementStanding> {
  const { attachments } = given;
  const document = canonicalBytes(given.agreement);
  return await makeProvedVerifier(() => under, crypto.subtle).verify({ document, attachments });
}
const standing = await standingOf(first, rules);
const consent = consentTo(standing);

const stateOf = (change: Partial<VerifiedGateState> = {}): VerifiedGateState => ({
  on: true,
  installation: 'production',
  rules,
  agreement: standing,
  consents: [consent],
  build: BUILD,
  usage: { session: 0, today: 0 },
  ...change,
});
const ask = (state: VerifiedGateState, context: GateContext = pageContext(EXPENSES)) =>
  makeVerifiedGate(() => state).decide(context);
const denies = (state: VerifiedGateState, deny: DenyCode, context?: GateContext) => {
  const decision = ask(state, context);
  expect(decision).toMatchObject({ allow: false, deny, reason: en.deny[deny] });
};

// The contract changes the time of verification as a number; here it is a part of what was verified.
const from = Date.parse(first.agreement.validity.from);
const until = Date.parse(first.agreement.validity.until);
const times = [from - 1, until, NOW - 169 * HOUR, NOW + 365 * 24 * HOUR, NOW - 60_000];
const rulesAt = new Map(
  await Promise.all(times.map(async (time) => [time, await rulesOf(entries, { time })] as const)),
);
gateContract('verified', async () => {
  const state = {
    on: true,
    installation: 'production' as 'production' | 'demonstration',
    agreement: standing as AgreementStanding | null,
    consent: consent as ConsentRecord | null,
    verifiedAt: (NOW - 60_000) as number | null,
    usage: { session: 0, today: 0 },
  };
  const gate = makeVerifiedGate(() => ({
    on: state.on,
    installation: state.installation,
    rules: state.verifiedAt === null ? null : (rulesAt.get(state.verifiedAt) as VerifiedRules),
    agreement: state.agreement,
    consents: state.consent === null ? [] : [state.consent],
    build: BUILD,
    usage: state.usage,
  }));
  return { gate, state, allowed: pageContext(EXPENSES) };
});

/** The next version, signed after all that stands; with its standing. */
async function next(change: (agreement: Agreement) => void) {
  const given = await keyedAgreement((one) => {
    one.version = 2;
    change(one);
  });
  const all = [...entries, ...(await signedEntries(given.agreement))];
  const after = await rulesOf(all);
  return { rules: after, agreement: await standingOf(given, after), entries: all };
}

describe('verified gate', () => {
  it('[GATE1] allows under proved rules and leaves nothing unsaid', () => {
    const decision = ask(stateOf());
    expect(decision).toMatchObject({
      allow: true,
      rule: 'agreement demonstration version 1, app expenses, signal pointer',
    });
    if (decision.allow) expect(decision.until).toBe(NOW + first.agreement.limits.sessionMinutes * 60_000);
  });

  it('[GATE20] seeded holes: rules and standings that no verifier made deny', () => {
    denies(stateOf({ rules: { ...rules } }), 'rules-unproved');
    denies(stateOf({ rules: structuredClone(rules) }), 'rules-unproved');
    denies(stateOf({ rules: {} as VerifiedRules }), 'rules-unproved');
    denies(stateOf({ agreement: { ...standing } as AgreementStanding }), 'agreement-invalid');
    denies(stateOf({ rules: null }), 'agreement-stale');
  });

  it('[GATE20] what was verified can not be widened afterwards', () => {
    if (!rules.state.standing.inForce) throw new Error('not in force');
    const { apps } = rules.state.standing.version.agreement;
    expect(() => apps[0]?.origins.push('https://evil.example')).toThrow(TypeError);
    expect(() => Object.assign(rules, { checkpointTime: NOW * 2 })).toThrow(TypeError);
    expect(() => consent.apps.push({ id: 'x', signals: ['keys'], modes: ['task'] })).toThrow(TypeError);
  });

  it('[GATE21] denies from the twenty-fourth hour after the quorum saw the tree, however late it was fetched', async () => {
    const old = await rulesOf(entries, { time: NOW - 23 * HOUR, now: NOW });
    expect(ask(stateOf({ rules: old }))).toMatchObject({ allow: true, until: NOW + HOUR });
    denies(stateOf({ rules: old }), 'agreement-stale', pageContext(EXPENSES, { now: NOW + HOUR }));
    const withheld = await rulesOf(entries, { time: NOW - 25 * HOUR, now: NOW });
    denies(stateOf({ rules: withheld }), 'agreement-stale');
  });

  it('[GATE22] denies each way in which no version is in force, with words of its own', async () => {
    const about = await aboutOf(first.agreement);
    const { representative, employer } = PARTIES;
    const cases: [DenyCode, Uint8Array[]][] = [
      ['agreement-unsigned', entries.slice(0, 3)],
      [
        'agreement-revoked',
        [...entries, await noteOf({ kind: 'revocation', ...about }, [representative.ed25519])],
      ],
      [
        'agreement-suspended',
        [
          ...entries,
          await noteOf(
            { kind: 'suspension', ...about, reason: 'restructuring', at: 1_795_000_000 },
            both(employer),
          ),
        ],
      ],
      [
        'agreement-objected',
        [
          ...entries,
          await noteOf(
            {
              kind: 'objections',
              ...about,
              issued: 50,
              spent: 10,
              list: '9a'.repeat(32),
              targets: [{ target: { kind: 'app', app: 'board' }, count: 10 }],
            },
            [representative.ed25519],
          ),
        ],
      ],
    ];
    for (const [deny, all] of cases) denies(stateOf({ rules: await rulesOf(all) }), deny);
  });

  it('[GATE23] denies without every attachment', async () => {
    const attachments = new Map([...first.attachments].slice(1));
    const incomplete = await standingOf({ ...first, attachments }, rules);
    expect(incomplete).toMatchObject({ ok: false, faults: [{ rule: 'AGR41' }] });
    denies(stateOf({ agreement: incomplete }), 'agreement-invalid');
    denies(stateOf({ agreement: null }), 'no-agreement');
  });

  it('[GATE24] denies a build that is not listed, and one that was withdrawn', async () => {
    denies(stateOf({ build: 'cd'.repeat(32) }), 'build-not-listed');
    denies(stateOf({ build: '' }), 'build-not-listed');
    const [recorder] = first.agreement.recorders;
    if (!recorder) throw new Error('no recorder');
    const withdrawn = await noteOf({ kind: 'build', id: 'demonstration', state: 'withdrawn', ...recorder }, [
      PARTIES['data-protection-officer'].ed25519,
    ]);
    denies(stateOf({ rules: await rulesOf([...entries, withdrawn]) }), 'build-not-listed');
  });

  it('[GATE24] takes any build in a demonstration that fixes none, and in nothing else', async () => {
    const demo = await keyedAgreement((one) => {
      one.class = 'demonstration';
      one.recorders = [];
    });
    const under = await rulesOf(await signedEntries(demo.agreement));
    const held = await standingOf(demo, under);
    const state = stateOf({
      rules: under,
      agreement: held,
      consents: [consentTo(held)],
      installation: 'demonstration',
    });
    expect(ask({ ...state, build: 'cd'.repeat(32) })).toMatchObject({ allow: true });
    denies({ ...state, installation: 'production' }, 'agreement-invalid');
  });

  it('[GATE25] a malformed time does not stop the clock', () => {
    const gate = makeVerifiedGate(() => stateOf());
    for (const now of [Number.POSITIVE_INFINITY, Number.NaN, '9'.repeat(20) as unknown as number]) {
      expect(gate.decide(pageContext(EXPENSES, { now }))).toMatchObject({ deny: 'check-failed' });
    }
    expect(gate.decide(pageContext(EXPENSES))).toMatchObject({ allow: true });
  });

  it('[GATE25] denies when the clock is years off, or runs back under the same rules', async () => {
    const year = 365 * 24 * HOUR;
    denies(stateOf(), 'clock-wrong', pageContext(EXPENSES, { now: NOW - 3 * year }));
    denies(stateOf(), 'clock-wrong', pageContext(EXPENSES, { now: NOW - 6 * 60_000 }));
    denies(stateOf(), 'agreement-expired', pageContext(EXPENSES, { now: NOW + 3 * year }));
    let state = stateOf();
    const gate = makeVerifiedGate(() => state);
    const at = (now: number) => gate.decide(pageContext(EXPENSES, { now }));
    expect(at(NOW + HOUR)).toMatchObject({ allow: true });
    expect(at(NOW + 25 * HOUR)).toMatchObject({ deny: 'agreement-stale' });
    expect(at(NOW + HOUR)).toMatchObject({ deny: 'clock-wrong' });
    state = stateOf({ rules: await rulesOf(entries, { time: NOW + 60_000 }) });
    expect(at(NOW + HOUR)).toMatchObject({ allow: true });
  });

  it('[GATE26] goes on for what has not changed, and asks for what is new', async () => {
    const mail = {
      id: 'mail',
      name: 'Mail',
      origins: ['https://mail.works.example'],
      signals: ['pointer' as const],
      modes: ['task' as const],
      masks: { open: [], closed: [], literals: 'none' as const },
    };
    const second = await next((one) => {
      one.apps.push(mail);
      one.apps[0]?.signals.push('frames');
      one.apps[0]?.origins.push('https://new.works.example');
    });
    const state = stateOf({ rules: second.rules, agreement: second.agreement });
    expect(ask(state)).toMatchObject({ allow: true, rule: expect.stringContaining('version 2') });
    denies(state, 'new-since-consent', pageContext('https://mail.works.example'));
    denies(state, 'new-since-consent', pageContext(EXPENSES, { signal: 'frames' }));
    denies(state, 'new-since-consent', pageContext('https://new.works.example'));
    const renewed = { ...state, consents: [consent, consentTo(second.agreement)] };
    expect(ask(renewed, pageContext('https://mail.works.example'))).toMatchObject({ allow: true });
    expect(ask(renewed, pageContext(EXPENSES, { signal: 'frames' }))).toMatchObject({ allow: true });
    // Seeded hole: the document of before is not what the parties signed last.
    denies({ ...state, agreement: standing }, 'agreement-invalid');
  });

  it('[GATE26] stops for everything when a term grew', async () => {
    const second = await next((one) => one.retention.vaultDays++);
    denies(stateOf({ rules: second.rules, agreement: second.agreement }), 'consent-older-than-agreement');
  });

  it('[GATE27] takes consents that cover it whole, and for how long they last', async () => {
    const [app] = consent.apps;
    if (!app) throw new Error('no application');
    const only = (change: Partial<typeof app>, lapsesAt = consent.lapsesAt) =>
      ({ ...structuredClone(consent), apps: [{ ...app, ...change }], lapsesAt }) as ConsentRecord;
    const keys = only({ signals: ['keys'] });
    const soon = only({ signals: ['pointer'] }, NOW + 5000);
    denies(stateOf({ consents: [keys] }), 'no-consent');
    expect(ask(stateOf({ consents: [keys, soon] }))).toMatchObject({ allow: true, until: NOW + 5000 });
    const ambient = { ...only({ signals: ['pointer'], modes: ['ambient'] }) };
    denies(stateOf({ consents: [keys, ambient] }), 'no-consent');
  });

  it('[GATE28] asks about one purpose, or about any', () => {
    const training = { ...structuredClone(consent), purposes: ['model-training' as const] };
    const at = (purpose: GateContext['purpose']) => pageContext(EXPENSES, purpose ? { purpose } : {});
    expect(ask(stateOf({ consents: [training] }), at(undefined))).toMatchObject({ allow: true });
    expect(ask(stateOf({ consents: [training] }), at('model-training'))).toMatchObject({ allow: true });
    denies(stateOf({ consents: [training] }), 'no-consent', at('model-testing'));
    denies(stateOf(), 'check-failed', at('performance' as 'model-testing'));
  });

  it('[GATE29] covers the origin of the tab and that of the frame', async () => {
    const second = await next((one) => one.apps[0]?.origins.push('https://new.works.example'));
    const state = stateOf({ rules: second.rules, agreement: second.agreement });
    const framed = (top: string, frame: string) =>
      ({
        ...pageContext(top),
        target: { kind: 'browser', top, frame, private: false, window: 'normal' },
      }) as GateContext;
    expect(ask(state, framed(EXPENSES, 'https://login.works.example'))).toMatchObject({ allow: true });
    denies(state, 'new-since-consent', framed(EXPENSES, 'https://new.works.example'));
    denies(state, 'new-since-consent', framed('https://new.works.example', EXPENSES));
  });

  it('[GATE30] sees a change at the next question', async () => {
    let state = stateOf();
    const gate = makeVerifiedGate(() => state);
    const allowed = () => gate.decide(pageContext(EXPENSES)).allow;
    const revoked = await rulesOf([
      ...entries,
      await noteOf({ kind: 'revocation', ...(await aboutOf(first.agreement)) }, [PARTIES.employer.ed25519]),
    ]);
    for (const change of [
      { on: false },
      { consents: [withdrawConsent(consent, NOW)] },
      { consents: [] },
      { rules: revoked },
      { agreement: null },
      { build: '' },
    ]) {
      expect(allowed()).toBe(true);
      state = stateOf(change);
      expect(allowed(), Object.keys(change).join()).toBe(false);
      state = stateOf();
    }
  });

  it('[GATE31] property: after any sequence of events, an allow is covered by the state at that moment', async () => {
    const about = await aboutOf(first.agreement);
    const revoked = await rulesOf([
      ...entries,
      await noteOf({ kind: 'revocation', ...about }, [PARTIES.employer.ed25519]),
    ]);
    const second = await next((one) => one.apps[0]?.signals.push('frames'));
    const renewed = consentTo(second.agreement);
    const worlds = [
      { rules, agreement: standing },
      { rules: second.rules, agreement: second.agreement },
      { rules: revoked, agreement: standing },
      { rules: second.rules, agreement: standing },
      { rules: null, agreement: standing },
    ];
    const event = fc.oneof(
      fc.record({ kind: fc.constant('switch' as const), on: fc.boolean() }),
      fc.record({ kind: fc.constant('rules' as const), world: fc.nat(worlds.length - 1) }),
      fc.record({ kind: fc.constant('consent' as const), which: fc.constantFrom(consent, renewed) }),
      fc.record({ kind: fc.constant('withdraw' as const), which: fc.nat(3) }),
      fc.record({ kind: fc.constant('time' as const), by: fc.constantFrom(0, 1000, HOUR, 25 * HOUR, -HOUR) }),
      fc.record({
        kind: fc.constant('ask' as const),
        signal: fc.constantFrom(...SIGNALS),
        mode: fc.constantFrom(...MODES),
        top: fc.constantFrom(EXPENSES, 'https://board.works.example:8443', 'https://elsewhere.example'),
      }),
    );
    let allows = 0;
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let state = stateOf({ consents: [] });
        let now = NOW;
        const gate = makeVerifiedGate(() => state);
        for (const one of events) {
          if (one.kind === 'switch') state = { ...state, on: one.on };
          if (one.kind === 'rules') state = { ...state, ...worlds[one.world] };
          if (one.kind === 'consent') state = { ...state, consents: [...state.consents, one.which] };
          if (one.kind === 'withdraw') {
            state = {
              ...state,
              consents: state.consents.map((c, i) => (i === one.which ? withdrawConsent(c, now) : c)),
            };
          }
          if (one.kind === 'time') now += one.by;
          if (one.kind !== 'ask') continue;
          const decision = gate.decide(pageContext(one.top, { now, signal: one.signal, mode: one.mode }));
          if (!decision.allow) continue;
          allows++;
          // Said anew, without the gate: in force, fresh, on, and a live consent that names exactly this.
          expect(state.on).toBe(true);
          const inForce = state.rules?.state.standing;
          if (!inForce?.inForce || !state.rules) throw new Error('allowed without rules in force');
          expect(now - state.rules.checkpointTime).toBeLessThan(24 * HOUR);
          const app = inForce.version.agreement.apps.find((a) => a.origins.includes(one.top));
          expect(app?.signals).toContain(one.signal);
          expect(app?.modes).toContain(one.mode);
          const covering = state.consents.filter(
            (c) =>
              c.withdrawnAt === null &&
              now < c.lapsesAt &&
              c.apps.some(
                (a) => a.id === app?.id && a.signals.includes(one.signal) && a.modes.includes(one.mode),
              ),
          );
          expect(covering.length).toBeGreaterThan(0);
          expect(decision.until).toBeGreaterThan(now);
        }
      }),
      { numRuns: 300 },
    );
    expect(allows).toBeGreaterThan(0);
  });
});
