import { describe, expect, it } from 'vitest';
import type { Agreement } from '../src/agreement.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import type { ConsentRecord } from '../src/consent.ts';
import type { GateContext } from '../src/gate.ts';
import { makeProvedVerifier } from '../src/proved-verifier.ts';
import { makeVerifiedGate, type VerifiedGateState } from '../src/verified-gate.ts';
import { consentTo, NOW, pageContext } from './example-agreement.ts';
import { keyedAgreement, rulesOf, signedEntries } from './rules-fixture.ts';

/** What mutants of the gate came through (docs/adr/0028): each test here is one that a small wrong change fails. */
const EXPENSES = 'https://expenses.works.example';
const SLACK = 5 * 60_000;

async function stateUnder(change: (agreement: Agreement) => void = () => {}): Promise<VerifiedGateState> {
  const { agreement, attachments } = await keyedAgreement(change);
  const rules = await rulesOf(await signedEntries(agreement));
  const document = canonicalBytes(agreement);
  const held = await makeProvedVerifier(() => rules, crypto.subtle).verify({ document, attachments });
  return {
    on: true,
    installation: agreement.class,
    rules,
    agreement: held,
    consents: [consentTo(held)],
    build: 'ab'.repeat(32),
    usage: { session: 0, today: 0 },
  };
}
const ask = (state: VerifiedGateState, context: GateContext = pageContext(EXPENSES)) =>
  makeVerifiedGate(() => state).decide(context);

describe('verified gate, at its edges', () => {
  it('[GATE3] desktop programs by exact executable and window class', async () => {
    const state = await stateUnder((one) => {
      one.desktopApps = [
        {
          id: 'editor',
          name: 'Editor',
          executable: '/usr/bin/mousepad',
          windowClass: 'Mousepad',
          signals: ['pointer'],
          modes: ['task'],
        },
      ];
    });
    const at = (executable: string, windowClass: string) =>
      ask(state, pageContext('', { target: { kind: 'desktop', executable, windowClass } }));
    expect(at('/usr/bin/mousepad', 'Mousepad')).toMatchObject({ allow: true });
    expect(at('/usr/bin/mousepad', 'Other')).toMatchObject({ deny: 'not-on-list' });
    expect(at('/tmp/mousepad', 'Mousepad')).toMatchObject({ deny: 'not-on-list' });
    expect(at('/usr/bin/keepassxc', 'KeePassXC')).toMatchObject({ deny: 'never-recorded' });
    const withdrawn = state.consents.map((one) => ({
      ...one,
      apps: one.apps.filter(({ id }) => id !== 'editor'),
    }));
    const without = { ...state, consents: withdrawn as ConsentRecord[] };
    const target = { kind: 'desktop', executable: '/usr/bin/mousepad', windowClass: 'Mousepad' } as const;
    expect(ask(without, pageContext('', { target }))).toMatchObject({ deny: 'no-consent' });
  });

  it('[GATE24] takes no unlisted build in a demonstration that lists some', async () => {
    const state = await stateUnder((one) => {
      one.class = 'demonstration';
    });
    expect(ask(state)).toMatchObject({ allow: true });
    expect(ask({ ...state, build: 'cd'.repeat(32) })).toMatchObject({ deny: 'build-not-listed' });
  });

  it('[GATE25] a clock may be five minutes behind, and not a moment more', async () => {
    const state = await stateUnder();
    const latest = Math.max(state.rules?.checkpointTime ?? 0, state.rules?.verifiedAt ?? 0);
    const at = (now: number) => ask(state, pageContext(EXPENSES, { now }));
    expect(at(latest - SLACK)).toMatchObject({ allow: true });
    expect(at(latest - SLACK - 1)).toMatchObject({ deny: 'clock-wrong' });
  });

  it('[GATE27] a consent of five minutes ahead counts, one of later does not; of two the longer one counts', async () => {
    const state = await stateUnder();
    const [own] = state.consents as [ConsentRecord];
    const given = (change: Partial<ConsentRecord>) =>
      ({ ...structuredClone(own), ...change }) as ConsentRecord;
    const under = (...consents: ConsentRecord[]) => ask({ ...state, consents });
    expect(under(given({ givenAt: NOW + SLACK }))).toMatchObject({ allow: true });
    expect(under(given({ givenAt: NOW + SLACK + 1 }))).toMatchObject({ deny: 'check-failed' });
    const [long, short] = [given({ lapsesAt: NOW + 9_000 }), given({ lapsesAt: NOW + 5_000 })];
    expect(under(long, short)).toMatchObject({ allow: true, until: NOW + 9_000 });
    expect(under(short, long)).toMatchObject({ allow: true, until: NOW + 9_000 });
  });

  it('[GATE28] a purpose that is agreed no more carries no consent', async () => {
    const state = await stateUnder((one) => {
      one.purposes = ['model-training'];
    });
    const [own] = state.consents as [ConsentRecord];
    const purposes: ConsentRecord['purposes'] = ['model-testing'];
    const consents = [{ ...structuredClone(own), purposes } as ConsentRecord];
    expect(ask({ ...state, consents })).toMatchObject({ deny: 'no-consent' });
    const about = (purpose: GateContext['purpose']) =>
      ask({ ...state, consents }, pageContext(EXPENSES, purpose ? { purpose } : {}));
    expect(about('model-testing')).toMatchObject({ deny: 'no-consent' });
    expect(about('model-training')).toMatchObject({ deny: 'no-consent' });
  });
});
