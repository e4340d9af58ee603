import type { CellLine, Question, Reply } from '@aboveboard/capture/cell-line';
import { FollowedRules, type KeptRules, type RulesNews } from '@aboveboard/capture/line/followed-rules';
import type { Agreement } from '@aboveboard/consent/agreement';
import { canonicalBytes, canonicalDigest } from '@aboveboard/consent/canonical-json';
import { giveConsent } from '@aboveboard/consent/consent';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import {
  type Enrolment,
  type EnrolmentFile,
  enrolmentBytes,
  parseEnrolment,
} from '@aboveboard/consent/enrolment-file';
import { parseFork, verifyFork } from '@aboveboard/tlog/fork-evidence';
import { orThrow } from '@aboveboard/tlog/log-fault';
import { formatVerifierKey, parseVerifierKey } from '@aboveboard/tlog/verifier-key';
import { beforeAll, describe, expect, test } from 'vitest';
import { Rules } from '../src/background/rules.ts';
import { EMPTY_SETUP, type Setup } from '../src/store/setup.ts';
import { PARTIES, StandInLog, withKeys } from './stand-in-log.ts';

const ORIGIN = 'http://127.0.0.1:4310';
const BUILD = 'ab'.repeat(32);
let agreement: Agreement;
let attachments: [string, Uint8Array][];

beforeAll(async () => {
  const made = await demonstrationAgreement({ origins: [ORIGIN], now: Date.now(), subtle: crypto.subtle });
  agreement = withKeys(made.agreement);
  agreement.recorders = [{ name: 'aboveboard-extension', version: '0.1.0', digest: BUILD }];
  attachments = [...made.attachments];
});

function enrolmentFor(log: StandInLog): Enrolment {
  const { policy } = log;
  const file: EnrolmentFile = {
    format: 'aboveboard-enrolment',
    formatVersion: 1,
    class: 'demonstration',
    agreement: agreement.id,
    guardian: 'http://127.0.0.1:4880',
    relay: { recipient: 'age1pq1abc', periodSeconds: 2 },
    policies: { rules: policy, uses: policy },
    parties: (['employer', 'representative', 'data-protection-officer'] as const).map((role) => {
      const [ed25519 = '', mlDsa44 = ''] = PARTIES[role].map(({ key }) => formatVerifierKey(key));
      return { role, ed25519, mlDsa44 };
    }),
    place: {
      storageLocations: ['x'],
      jurisdiction: 'x',
      supervisoryAuthority: 'x',
      recipients: [],
      transfers: [],
      withdrawAt: 'x',
    },
  };
  const parsed = parseEnrolment(enrolmentBytes(file));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.value;
}

/** A device that follows `log`; `period` is one cell there and one answer back. */
function device(log: StandInLog) {
  const asked = new Map<string, Question>();
  const fetched: string[] = [];
  let stored: KeptRules | null = null;
  let news: RulesNews = { rules: null, fork: null, faults: [] };
  const line = { ask: async (key: string, question: Question) => void asked.set(key, question) } as CellLine;
  const begin = () =>
    new FollowedRules({
      line,
      kept: {
        get: async () => structuredClone(stored),
        put: async (value) => {
          stored = structuredClone(value);
        },
        remove: async () => undefined,
      },
      enrolment: enrolmentFor(log),
      now: () => Date.now(),
      subtle: crypto.subtle,
      changed: async (said) => {
        news = said;
      },
    });
  let rules = begin();
  return {
    news: () => news,
    fetched,
    async period(most = 1, restarts = false) {
      for (let i = 0; i < most; i++) {
        if (restarts) await this.restart();
        await rules.ask();
        const replies = new Map<string, Reply>();
        for (const [key, { path }] of asked) {
          fetched.push(path);
          const body = await log.read(path.slice('/log/rules/'.length));
          replies.set(key, {
            status: body ? 200 : 404,
            type: '',
            retryAfter: 0,
            body: body ?? new Uint8Array(),
          });
        }
        asked.clear();
        if (restarts) await this.restart();
        await rules.deliver(replies);
      }
    },
    tamper(change: (kept: KeptRules) => void) {
      if (stored) change(stored);
    },
    async restart() {
      rules = begin();
      news = { rules: null, fork: null, faults: [] };
      await rules.takeUp();
    },
  };
}

const rulesLog = () => new StandInLog('stand-in.example/rules', 20);

describe('the log of rules, followed from cell to cell', () => {
  test('[RLY22] asks for the state in every cell, and relies on nothing before it has all of it', async () => {
    const log = rulesLog();
    await log.adopt(agreement);
    const phone = device(log);
    await phone.period();
    expect(phone.news().rules).toBe(null);
    await phone.period();
    expect(phone.news().rules?.state.standing.inForce).toBe(true);
    await phone.period(3);
    expect(phone.fetched.filter((path) => path.endsWith('checkpoint'))).toHaveLength(5);
    expect(phone.fetched.filter((path) => path.includes('entries'))).toHaveLength(1);
  });

  test('[RLY27] is followed also where no worker lives from one cell to the next', async () => {
    const log = rulesLog();
    await log.adopt(agreement);
    for (let i = 0; i < 300; i++) log.entries.push(new Uint8Array([1 + (i >> 8), i & 255]));
    const phone = device(log);
    await phone.period(2, true);
    expect(phone.news().rules?.state.size).toBe(304);
    await log.revoke(agreement, 'employer');
    await phone.period(2, true);
    expect(phone.news().rules?.state.standing.inForce).toBe(false);
  });

  test('[RUL50] nothing is fetched on the word of a server alone', async () => {
    const log = rulesLog();
    await log.adopt(agreement);
    log.withheld = true;
    const phone = device(log);
    await phone.period(3);
    expect(phone.fetched.filter((path) => path.includes('entries'))).toEqual([]);
    expect(phone.news().faults.map(({ rule }) => rule)).toContain('LOG104');
  });

  test('[RUL50] what is stored is verified again by every start, and a stored entry that was changed is not relied on', async () => {
    const log = rulesLog();
    await log.adopt(agreement);
    const phone = device(log);
    await phone.period(2);
    await phone.restart();
    expect(phone.news().rules?.state.size).toBe(4);
    phone.tamper((kept) => {
      kept.entries[3] = new Uint8Array([1]);
    });
    await phone.restart();
    expect(phone.news().rules).toBe(null);
    expect(phone.news().faults.map(({ rule }) => rule)).toContain('RUL50');
  });

  test('[LOG155] fetches only what is new of a long log, and all of it again where another one is told', async () => {
    const log = rulesLog();
    await log.adopt(agreement);
    for (let i = 0; i < 300; i++) log.entries.push(new Uint8Array([1 + (i >> 8), i & 255]));
    const phone = device(log);
    await phone.period(2);
    expect(phone.news().rules?.state.size).toBe(304);
    const before = phone.fetched.length;
    log.entries.push(new Uint8Array([9]));
    await phone.period(2);
    expect(phone.news().rules?.state.size).toBe(305);
    expect(phone.fetched.slice(before).filter((path) => path.includes('entries'))).toEqual([
      '/log/rules/tile/entries/001.p/49',
    ]);
    log.entries[10] = new Uint8Array([77]);
    log.entries.push(new Uint8Array([10]));
    await phone.period(4);
    expect(phone.news().rules).toBe(null);
    // What is kept of it shows it to anyone who has the log's keys, though the two are of different sizes.
    const evidence = parseFork(phone.news().fork?.evidence ?? new Uint8Array());
    if (!evidence.ok) throw new Error(JSON.stringify(evidence.faults));
    expect(evidence.value.first.checkpoint.size).toBe(305);
    expect(evidence.value.second.checkpoint.size).toBe(306);
    const keys = log.keys.map((key) => orThrow(parseVerifierKey(key)));
    expect(verifyFork(evidence.value, keys)).toEqual({ ok: true, value: true });
  });

  test('[RUL51] a log that is shorter than it was changes nothing and is said', async () => {
    const log = rulesLog();
    await log.adopt(agreement);
    await log.revoke(agreement, 'employer');
    const phone = device(log);
    await phone.period(2);
    log.entries.pop();
    await phone.period(3);
    const { rules, fork, faults } = phone.news();
    expect([rules?.state.size, rules?.state.standing.inForce, fork]).toEqual([5, false, null]);
    expect(faults.map(({ rule, at }) => `${rule} ${at}`)).toContain('RUL51 checkpoint');
  });
});

describe('the log of rules, when its witness gets other keys', () => {
  const path = '/log/rules/bridges/';

  test('[RUL66] one who slept through two changes goes over both bridges, also where no worker lives on', async () => {
    for (const restarts of [false, true]) {
      const log = rulesLog();
      await log.adopt(agreement);
      const phone = device(log);
      await phone.period(2, restarts);
      await log.changeWitness(agreement.id, 0, 1);
      await log.changeWitness(agreement.id, 1, 2);
      await log.revoke(agreement, 'employer');
      await phone.period(3, restarts);
      // On the way nothing is younger than what was cosigned.
      expect(phone.news().rules?.state.size).toBe(5);
      await phone.period(6, restarts);
      expect(phone.news().rules?.state.standing.inForce).toBe(false);
      expect(phone.news().faults).toEqual([]);
      expect(phone.fetched.filter((one) => one.startsWith(path)).length).toBeGreaterThanOrEqual(2);
      const asked = phone.fetched.length;
      await phone.period(2, restarts);
      expect(phone.fetched.slice(asked).filter((one) => one.startsWith(path))).toEqual([]);
    }
  });

  test('[RUL63] the replaced key makes nothing fresh, and hides no revocation, however often it cosigns', async () => {
    const log = rulesLog();
    await log.adopt(agreement);
    const phone = device(log);
    await log.changeWitness(agreement.id, 0, 1);
    await phone.period(5);
    expect(phone.news().rules?.state.size).toBe(5);
    const { checkpointTime = 0 } = phone.news().rules ?? {};
    // A thief of the old key, with the log's: the tree as it was, cosigned an hour from now.
    log.witnesses = [0];
    log.cosignedBefore = -240_000;
    await phone.period(4);
    await phone.restart();
    await phone.period(4);
    expect(phone.news().rules?.checkpointTime).toBeLessThanOrEqual(checkpointTime);
    expect(phone.news().faults.map(({ rule }) => rule)).toContain('LOG104');
    log.witnesses = [1];
    log.cosignedBefore = 0;
    await log.revoke(agreement, 'employer');
    await phone.period(4);
    expect(phone.news().rules?.state.standing.inForce).toBe(false);
  });

  test('[RUL66] without the bridge nothing is relied on that the new key cosigned, and what was known stays', async () => {
    const log = rulesLog();
    await log.adopt(agreement);
    const phone = device(log);
    await phone.period(2);
    await log.changeWitness(agreement.id, 0, 1);
    log.bridges.clear();
    await phone.period(4);
    expect(phone.news().rules?.state.size).toBe(4);
    expect(phone.news().faults.map(({ rule }) => rule)).toEqual(['LOG104']);
    // Nor is a bridge that another than the witness before it vouches for.
    const [digest = ''] = phone.fetched.flatMap((one) =>
      one.startsWith(path) ? [one.slice(path.length)] : [],
    );
    log.bridges.set(digest, await log.checkpoint());
    await phone.period(4);
    expect(phone.news().rules?.state.size).toBe(4);
  });
});

describe('which gate holds', () => {
  const target = { kind: 'browser', top: ORIGIN, frame: ORIGIN, private: false, window: 'normal' } as const;
  const ask = () => ({ now: Date.now(), mode: 'task', signal: 'pointer', target }) as const;

  async function accepted(change: Partial<Setup>): Promise<Setup> {
    const digest = await canonicalDigest(agreement, crypto.subtle);
    const choice = {
      purposes: agreement.purposes,
      apps: agreement.apps.map(({ id, signals, modes }) => ({ id, signals, modes })),
      notice: { language: 'en', words: 1, digest: '00'.repeat(32) },
    };
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const consent = giveConsent({ agreement, digest, choice, now: Date.now(), random });
    return {
      ...EMPTY_SETUP,
      installation: 'demonstration',
      agreement: { document: canonicalBytes(agreement), attachments },
      verifiedAt: Date.now(),
      consents: [consent],
      on: true,
      ...change,
    };
  }

  test('[GATE20] without an enrolment a demonstration records and nothing else does', async () => {
    for (const installation of ['demonstration', 'production'] as const) {
      const rules = new Rules(EMPTY_SETUP, BUILD);
      await rules.take(await accepted({ installation }));
      const decision = rules.gate.decide(ask());
      expect(decision.allow, installation).toBe(installation === 'demonstration');
      if (!decision.allow) expect(decision.deny).toBe('rules-unproved');
    }
  });

  test('[GATE24] with an enrolment the log decides, and a build that is not listed refuses', async () => {
    const log = rulesLog();
    await log.adopt(agreement);
    const phone = device(log);
    const enrolment = enrolmentFor(log).file;
    for (const [build, deny] of [
      [BUILD, null],
      ['cd'.repeat(32), 'build-not-listed'],
      ['', 'build-not-listed'],
    ] as const) {
      const rules = new Rules(EMPTY_SETUP, build);
      await rules.take(await accepted({ enrolment }));
      const early = rules.gate.decide(ask());
      expect(!early.allow && early.deny).toBe('agreement-stale');
      await phone.period(2);
      await phone.restart();
      await rules.hear(phone.news());
      const decision = rules.gate.decide(ask());
      expect(decision.allow ? null : decision.deny).toBe(deny);
    }
  });
});
