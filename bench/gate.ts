import { readFileSync } from 'node:fs';
import type { GateContext } from '@aboveboard/consent/gate';
import { makeProvedVerifier } from '@aboveboard/consent/proved-verifier';
import { makeVerifiedGate, type VerifiedGateState } from '@aboveboard/consent/verified-gate';
import { consentTo, NOW, pageContext } from '../packages/consent/test/example-agreement.ts';
import { keyedAgreement, rulesOf, signedEntries } from '../packages/consent/test/rules-fixture.ts';
import type { Measured, Target } from './report.ts';

/**
 * A decision of the gate over proved rules. Cached: the question of a recorder that asks again and again. Cold:
 * the first question after new rules, standing and consents were read, before anything about them is known.
 * Verifying the rules is not a decision; it is measured beside, because it comes before the first.
 */
export const targets: Target[] = [
  { metric: 'cached_allow', op: '<=', value: 5, unit: 'us' },
  { metric: 'cached_deny', op: '<=', value: 5, unit: 'us' },
  { metric: 'cold', op: '<=', value: 5000, unit: 'us' },
];

const BATCHES = 400;
const BATCH = 500;
const COLD_ROUNDS = 40;
const APPS = 50;

export async function run(): Promise<Measured> {
  const given = await keyedAgreement((agreement) => {
    // As wide as a document can be: the decision must not be fast only because the list is short.
    agreement.apps = Array.from({ length: APPS }, (_, i) => ({
      id: `app-${i}`,
      name: `Application ${i}`,
      origins: Array.from({ length: 4 }, (__, j) => `https://app-${i}-${j}.works.example`),
      signals: ['pointer', 'keys', 'text', 'states'],
      modes: ['task'],
      masks: { open: ['nav'], closed: [], literals: 'shipped' },
    }));
  });
  const entries = await signedEntries(given.agreement);

  async function fresh(): Promise<VerifiedGateState> {
    const rules = await rulesOf(entries);
    const agreement = await makeProvedVerifier(() => rules, crypto.subtle).verify(given);
    return {
      on: true,
      installation: 'production',
      rules,
      agreement,
      consents: [consentTo(agreement)],
      build: given.agreement.recorders[0]?.digest ?? '',
      usage: { session: 0, today: 0 },
    };
  }

  const allowed = pageContext(`https://app-${APPS - 1}-3.works.example`, { signal: 'states' });
  const denied = pageContext('https://unlisted.example');
  const cold: number[] = [];
  const verify: number[] = [];
  for (let i = 0; i < COLD_ROUNDS; i++) {
    const before = performance.now();
    const state = await fresh();
    const start = performance.now();
    if (!makeVerifiedGate(() => state).decide(allowed).allow) throw new Error('the cold decision denies');
    cold.push((performance.now() - start) * 1000);
    verify.push(start - before);
  }
  const state = await fresh();
  const gate = makeVerifiedGate(() => state);
  const each = (context: GateContext, allow: boolean) => {
    const batches: number[] = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      const start = performance.now();
      for (let i = 0; i < BATCH; i++) {
        // The clock and the usage move, as they do while recording.
        state.usage.session = i;
        const decision = gate.decide({ ...context, now: NOW + batch * BATCH + i });
        if (decision.allow !== allow) throw new Error('the decision changed');
      }
      batches.push(((performance.now() - start) * 1000) / BATCH);
    }
    return median(batches);
  };
  each(allowed, true);
  return {
    metrics: {
      cached_allow: each(allowed, true),
      cached_deny: each(denied, false),
      cold: median(cold),
      cold_worst: Math.max(...cold),
      verify_rules_and_agreement_ms: median(verify),
    },
    peers: {},
    notes: [
      `${APPS} applications with 4 origins each; ${entries.length} entries in the rules log, signed by three parties and three witnesses`,
      `times in microseconds but for verify_rules_and_agreement_ms; the median of ${BATCHES} batches of ${BATCH} decisions, and of ${COLD_ROUNDS} cold ones`,
      `Node ${process.version}, ${readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '?'} load when it ended`,
    ],
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
