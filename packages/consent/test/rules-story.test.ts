import { describe, expect, it } from 'vitest';
import type { Agreement } from '../src/agreement.ts';
import { differenceWords } from '../src/agreement-difference.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import { giveConsent } from '../src/consent.ts';
import type { DenyCode } from '../src/gate.ts';
import { en } from '../src/messages/en.ts';
import { makeProvedVerifier } from '../src/proved-verifier.ts';
import { makeVerifiedGate, type VerifiedGateState } from '../src/verified-gate.ts';
import { markOf, type RulesMark, verifyRules } from '../src/verified-rules.ts';
import { NOW, pageContext } from './example-agreement.ts';
import {
  aboutOf,
  both,
  checkpointOf,
  keyedAgreement,
  noteOf,
  PARTIES,
  POLICY,
  signedEntries,
  TRUST,
} from './rules-fixture.ts';

const HOUR = 3_600_000;
const EXPENSES = 'https://expenses.works.example';
const MAIL = 'https://mail.works.example';
const { employer, representative } = PARTIES;

const first = await keyedAgreement();
const second = await keyedAgreement((one) => {
  one.version = 2;
  one.apps.push({
    id: 'mail',
    name: 'Mail',
    origins: [MAIL],
    signals: ['pointer'],
    modes: ['task'],
    masks: { open: [], closed: [], literals: 'none' },
  });
});

/** One device that follows the rules log, and what its gate says to a recorder. */
class Device {
  now = NOW;
  #mark: RulesMark | null = null;
  #state: VerifiedGateState = {
    on: true,
    installation: 'production',
    rules: null,
    agreement: null,
    consents: [],
    build: first.agreement.recorders[0]?.digest ?? '',
    usage: { session: 0, today: 0 },
  };
  readonly #gate = makeVerifiedGate(() => this.#state);

  /** Takes up a tree that the quorum saw at `time`; the faults if it is not relied on. */
  async follow(entries: readonly Uint8Array[], given = first, time = this.now): Promise<string[]> {
    const checked = await verifyRules({
      entries,
      checkpoint: await checkpointOf(entries, [time, time, time]),
      policy: POLICY,
      trust: TRUST,
      before: this.#mark,
      now: this.now,
      subtle: crypto.subtle,
    });
    if (!checked.ok) return checked.faults.map((fault) => fault.rule);
    const rules = checked.value;
    this.#mark = markOf(rules);
    const { attachments } = given;
    const document = canonicalBytes(given.agreement);
    const agreement = await makeProvedVerifier(() => rules, crypto.subtle).verify({ document, attachments });
    this.#state = { ...this.#state, rules, agreement };
    return [];
  }

  async consent(agreement: Agreement, apps: readonly string[]): Promise<void> {
    const { digest } = await aboutOf(agreement);
    const given = giveConsent({
      agreement,
      digest,
      choice: {
        purposes: ['model-training'],
        apps: agreement.apps
          .filter((one) => apps.includes(one.id))
          .map(({ id, signals, modes }) => ({ id, signals, modes })),
        notice: { language: 'en', words: en.version, digest: 'cd'.repeat(32) },
      },
      now: this.now,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    });
    this.#state = { ...this.#state, consents: [...this.#state.consents, given] };
  }

  at(origin: string): 'records' | DenyCode {
    const decision = this.#gate.decide(pageContext(origin, { now: this.now }));
    return decision.allow ? 'records' : decision.deny;
  }
}

async function consenting(): Promise<{ device: Device; log: Uint8Array[] }> {
  const device = new Device();
  const log = await signedEntries(first.agreement);
  await device.follow(log);
  await device.consent(first.agreement, ['expenses', 'board']);
  return { device, log };
}

describe('rules, from the first signature to the last word', () => {
  it('[GATE22, GATE26] three sign, she consents and records; what is new waits for her; one revokes and all stop', async () => {
    const device = new Device();
    expect(device.at(EXPENSES)).toBe('agreement-stale');
    const log = await signedEntries(first.agreement);
    await device.follow(log.slice(0, 3));
    expect(device.at(EXPENSES)).toBe('agreement-unsigned');
    await device.follow(log);
    expect(device.at(EXPENSES)).toBe('no-consent');
    await device.consent(first.agreement, ['expenses']);
    expect(device.at(EXPENSES)).toBe('records');
    expect(device.at(MAIL)).toBe('not-on-list');

    log.push(...(await signedEntries(second.agreement)));
    await device.follow(log, second);
    expect(differenceWords(first.agreement, second.agreement, en).changes).toHaveLength(1);
    expect([device.at(EXPENSES), device.at(MAIL)]).toEqual(['records', 'new-since-consent']);
    await device.consent(second.agreement, ['mail']);
    expect([device.at(EXPENSES), device.at(MAIL)]).toEqual(['records', 'records']);

    const about = await aboutOf(second.agreement);
    log.push(await noteOf({ kind: 'revocation', ...about }, [representative.ed25519]));
    await device.follow(log, second);
    expect([device.at(EXPENSES), device.at(MAIL)]).toEqual(['agreement-revoked', 'agreement-revoked']);
  });

  it('[RUL38, OBJ21] objections reach the number: all stop, and the same thing signed again does not start', async () => {
    const { device, log } = await consenting();
    const target = { kind: 'app' as const, app: 'board' };
    const count = {
      kind: 'objections' as const,
      ...(await aboutOf(first.agreement)),
      issued: 100,
      spent: 20,
      list: '9a'.repeat(32),
      targets: [{ target, count: 20 }],
    };
    log.push(await noteOf(count, [representative.mlDsa44]));
    await device.follow(log);
    expect(device.at(EXPENSES)).toBe('agreement-objected');
    log.push(...(await signedEntries(second.agreement)));
    await device.follow(log, second);
    expect(device.at(EXPENSES)).toBe('agreement-objected');
    const without = await keyedAgreement((one) => {
      one.version = 3;
      one.apps = one.apps.filter((app) => app.id !== 'board');
    });
    log.push(...(await signedEntries(without.agreement)));
    await device.follow(log, without);
    expect(device.at(EXPENSES)).toBe('records');
  });

  it('[RUL51, GATE21] a forked history is not relied on, and a revocation that is withheld stops within a day', async () => {
    const { device, log } = await consenting();
    const about = await aboutOf(first.agreement);
    const breach = { kind: 'breach' as const, id: about.id, at: 1_795_000_000, digest: 'ef'.repeat(32) };
    log.push(await noteOf(breach, both(employer)));
    expect(await device.follow(log)).toEqual([]);
    const forked = [...log.slice(0, -1), await noteOf({ ...breach, at: 1_795_000_001 }, both(employer))];
    expect(await device.follow(forked)).toEqual(['RUL51']);

    // The representative revokes; whoever runs the log goes on serving the tree of before.
    const served = device.now;
    device.now += 25 * HOUR;
    expect(await device.follow(log, first, served)).toEqual([]);
    expect(device.at(EXPENSES)).toBe('agreement-stale');
    device.now -= 24 * HOUR;
    expect(device.at(EXPENSES)).toBe('clock-wrong');
    expect(await device.follow(log, first, served)).toEqual(['RUL54']);
  });
});
