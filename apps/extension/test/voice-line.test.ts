import { isAgreedIssue } from '@aboveboard/capture/line/agreed-issue';
import { VoiceLine } from '@aboveboard/capture/line/voice-line';
import { NO_VOICE, type VoiceState, type VoiceStorage } from '@aboveboard/capture/line/voice-state';
import type { Agreement } from '@aboveboard/consent/agreement';
import { canonicalDigest } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { dealCodes } from '@aboveboard/consent/enrolment-codes';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { RulesStatement } from '@aboveboard/consent/rules-statement';
import { beforeAll, describe, expect, test } from 'vitest';
import { VoiceDesk } from '../src/voice/voice-desk.ts';
import { voiceView } from '../src/voice/voice-view.ts';
import { StandInVoice } from './stand-in-voice.ts';

const START = 1_800_000_000;
const GIVEN = { periodSeconds: 60, hasCode: true };
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
let agreement: Agreement;
let digest: string;
let code: string;

beforeAll(async () => {
  const made = await demonstrationAgreement({
    origins: ['http://127.0.0.1:4310'],
    now: START * 1000,
    subtle: crypto.subtle,
  });
  agreement = made.agreement;
  digest = await canonicalDigest(agreement, crypto.subtle);
  [code = ''] = (await dealCodes(3, random, crypto.subtle)).codes;
});

function memory(): VoiceStorage & { saved: () => VoiceState } {
  let state = structuredClone(NO_VOICE);
  return {
    saved: () => state,
    get: async () => structuredClone(state),
    change: async (change) => {
      state = structuredClone(change(structuredClone(state)));
      return structuredClone(state);
    },
  };
}

/** One device; every act by a line of its own, as by a worker that was ended in between. */
function device(guardian: StandInVoice, clock: { now: number }, rules: { state: RulesState }) {
  const storage = memory();
  const line = () =>
    new VoiceLine({
      storage,
      guardian,
      now: () => clock.now,
      means: {
        random: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
        subtle: crypto.subtle,
      },
      isAgreed: (issue) => isAgreedIssue(issue, rules.state, crypto.subtle),
    });
  return {
    storage,
    line,
    desk: new VoiceDesk(storage),
    async period(most = 1) {
      for (let i = 0; i < most; i++) {
        await line().hear();
        await line().speak();
        clock.now += 60;
      }
    },
    view: () => voiceView(storage.saved(), rules.state, GIVEN),
    async issue(i = 0) {
      const issue = (await voiceView(storage.saved(), rules.state, GIVEN))?.issues[i];
      if (!issue) throw new Error('no issue is shown');
      return issue;
    },
  };
}

/** What the log of rules says, as far as voices need it. */
function rulesWith(...said: (RulesStatement | null)[]): RulesState {
  const tokens = said.flatMap((one) => (one?.kind === 'tokens' ? [one] : []));
  const acts = said.flatMap((statement, index) =>
    statement ? [{ index, kind: 'statement' as const, statement, roles: [] }] : [],
  );
  const versions = [{ agreement, digest, entered: 0, adopted: 0, revoked: [], suspended: [] }];
  return { tokens, acts, versions } as unknown as RulesState;
}

async function begun() {
  const clock = { now: START };
  const guardian = new StandInVoice(() => clock.now);
  const tokens = await guardian.openFor(agreement, START + 200, START + 1000);
  const rules = { state: rulesWith(tokens) };
  return { clock, guardian, rules, tokens, ...device(guardian, clock, rules) };
}

describe('a voice on the device', () => {
  test('[RLY42] [RLY45] from a code to a receipt that is found in the log', async () => {
    const here = await begun();
    const { clock, guardian, rules, tokens, storage, desk, period, issue } = here;
    expect(await desk.giveCode('not a code')).toBe('code-misread');
    await period();
    expect((await issue()).own).toBe(null);
    expect(await desk.giveCode(code.toLowerCase())).toBe(null);
    await period();
    expect((await issue()).own).toMatchObject({ asked: true, hasToken: false });
    expect(await desk.say(digest, 'agreement', '')).toBe('voice-late');
    await period(4);
    expect((await issue()).own).toMatchObject({ hasToken: true, says: null });

    const app = agreement.apps[0]?.id ?? '';
    expect(await desk.say(digest, `app ${app}`, 'Not this one.')).toBe(null);
    // Decided for good, and nothing was sent by deciding.
    expect(await desk.say(digest, 'agreement', '')).toBe(null);
    expect((await issue()).own).toMatchObject({ says: `app ${app}`, nullifier: null });
    await period();
    const { own } = await issue();
    expect([own?.nullifier, own?.fault]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), null]);

    clock.now = START + 1000;
    const count = await guardian.publish(digest, START + 2000);
    await period();
    expect((await issue()).counted).toMatchObject({ said: 1, own: 'found', entry: null, faulty: false });
    rules.state = rulesWith(tokens, count);
    expect((await issue()).counted).toMatchObject({ own: 'found', entry: 1 });
    expect(storage.saved().voices).toHaveLength(1);
  });

  test('[RLY40] [RLY41] [RLY43] hears and speaks alike, whatever there is to say', async () => {
    const quiet = await begun();
    const loud = await begun();
    await loud.desk.giveCode(code);
    for (const { clock, guardian, period, desk } of [quiet, loud]) {
      await period(6);
      await desk.say(digest, 'agreement', 'I do not like it.');
      await period(2);
      clock.now = START + 1000;
      await guardian.publish(digest, START + 2000);
      await period(3);
    }
    expect(loud.storage.saved().voices[0]?.nullifier).not.toBe(null);
    expect(quiet.storage.saved().voices).toEqual([]);
    expect(loud.guardian.wire).toEqual(quiet.guardian.wire);
    expect(new Set(quiet.guardian.refused)).toEqual(new Set(['unknown-issue']));
    expect(quiet.guardian.wire.filter((one) => one.startsWith('POST'))).toEqual(Array(11).fill('POST 8204'));
  });

  test('[RLY42] [OBJ3] asks under no other key than the log’s', async () => {
    const here = await begun();
    await here.desk.giveCode(code);
    here.rules.state = rulesWith({ ...here.tokens, key: '0'.repeat(64) } as RulesStatement);
    await here.period(2);
    expect(here.storage.saved().voices).toEqual([]);
    here.rules.state = rulesWith(here.tokens);
    await here.period();
    expect(here.storage.saved().voices).toHaveLength(1);
  });

  test('[RLY45] is said until it is answered, and again to the byte', async () => {
    const { guardian, desk, period, issue } = await begun();
    await desk.giveCode(code);
    await period(6);
    await desk.say(digest, 'agreement', '');
    guardian.answers = false;
    await period(2);
    expect((await issue()).own).toMatchObject({ nullifier: null, fault: null });
    guardian.answers = true;
    await period();
    expect((await issue()).own?.nullifier).not.toBe(null);
    // Taken at the first time, the same again was answered alike.
    expect(guardian.refused.filter((one) => one === 'spent')).toEqual([]);
  });

  test('[OBJ11] a code that asked on another device is refused here, and it says so', async () => {
    const here = await begun();
    const other = device(here.guardian, here.clock, here.rules);
    await here.desk.giveCode(code);
    await other.desk.giveCode(code);
    await here.period();
    await other.period();
    expect((await other.issue()).own?.fault).toBe('asked-before');
    expect((await here.issue()).own?.fault).toBe(null);
  });

  test('[OBJ32] [RLY44] a ballot waits until voting opens, and is found in the count', async () => {
    const clock = { now: START };
    const guardian = new StandInVoice(() => clock.now);
    const election = await guardian.openElection(START + 200, START + 1000);
    const { desk, period, issue } = device(guardian, clock, { state: rulesWith() });
    await desk.giveCode(code);
    await period(5);
    expect((await issue()).own?.hasToken).toBe(true);
    await desk.say(election, 'candidate bea', '');
    await period();
    expect((await issue()).own?.nullifier).not.toBe(null);
    await period(10);
    clock.now = START + 1000;
    await guardian.publish(election, 0);
    await period(2);
    expect((await issue()).counted).toMatchObject({ said: 1, own: 'found', elected: 'Bea Example' });
    expect(guardian.wire.filter((one) => one.includes('documents'))).toEqual([]);
  });

  test('[OBJ3] an election with another key than its document’s is not shown and not asked in', async () => {
    const clock = { now: START };
    const guardian = new StandInVoice(() => clock.now);
    await guardian.openElection(START + 200, START + 1000);
    const true_ = guardian.get.bind(guardian);
    guardian.get = async (path) => {
      const said = (await true_(path)) as { issues?: { key: string }[] };
      for (const issue of said.issues ?? []) issue.key = `${issue.key.slice(0, -8)}AAAAAAAA`;
      return said;
    };
    const here = device(guardian, clock, { state: rulesWith() });
    await here.desk.giveCode(code);
    await here.period(2);
    expect([(await here.view())?.issues, here.storage.saved().voices]).toEqual([[], []]);
  });

  test('[OBJ18] an objection that a later list does not hold is said to be missing', async () => {
    const { clock, guardian, desk, period, issue, storage } = await begun();
    await desk.giveCode(code);
    await period(6);
    await desk.say(digest, 'agreement', '');
    await period();
    // A guardian that leaves it out: its list is that of another box.
    const other = new StandInVoice(() => clock.now);
    await other.openFor(agreement, START + 200, START + 1000);
    clock.now = START + 2500;
    await other.publish(digest, START + 3000);
    guardian.get = async (path) => {
      const said = await other.get(path);
      const { about } = storage.saved();
      return path === '/voice' && about
        ? { ...about, issues: about.issues.map((one) => ({ ...one, nextCount: START + 3000 })) }
        : said;
    };
    await period();
    expect((await issue()).counted).toMatchObject({ own: 'missing', waits: false });
  });

  test('[RLY41] another act with a code goes in the place of filler, also over the end of a worker', async () => {
    const { guardian, line, period, storage } = await begun();
    const said: string[] = [];
    const post = guardian.post.bind(guardian);
    guardian.post = async (path, body) => {
      said.push(path);
      return path === '/voice/enrolment' ? { signature: 'x' } : post(path, body);
    };
    const act = { key: 'enrol', path: '/voice/enrolment', body: { secret: 's', blinded: 'b' } };
    void line().act(act);
    await period(2);
    expect(said).toEqual(['/voice/enrolment', '/voice/spent']);
    // The worker that asked is gone; the next has the answer at once.
    expect(await line().act(act)).toEqual({ signature: 'x' });
    await line().close('enrol');
    expect([storage.saved().acts, storage.saved().answers]).toEqual([[], {}]);
  });

  test('[T14] what is no word of a guardian changes nothing', async () => {
    const here = await begun();
    await here.period();
    const before = here.storage.saved();
    for (const nonsense of [null, 'x', [], { issues: 'none' }, { ...before.about, words: 'age1weak' }]) {
      here.guardian.get = async () => nonsense;
      await here.line().hear();
    }
    expect(here.storage.saved()).toEqual(before);
    here.guardian.post = async () => ({ nullifier: 7, signature: {} });
    await here.line().speak();
    expect(here.storage.saved()).toEqual(before);
  });
});
