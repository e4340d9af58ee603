import { parseStatement } from '@aboveboard/consent/rules-statement';
import { finishToken, verifyToken } from '@aboveboard/consent/voice-token';
import type { EnrolmentAnswer } from '@aboveboard/protocol/voice';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GuardianClient, voiceAbout } from '../pages/guardian-client.ts';
import { askVoice, beginVoice, bytesOf, type OwnVoice } from '../pages/own-voice.ts';
import { openGuardianStore } from '../src/store.ts';
import { enrolmentAsk, issueOf, representative, runGuardian, START } from './running-guardian.ts';

const EMPLOYEES = 12;
const DAY = 86_400;
const refusal = (code: string) => expect.objectContaining({ code });
type Further = { deal: string; codes: string[] };

describe('people who join later', () => {
  let house: Awaited<ReturnType<typeof runGuardian>>;
  let her: GuardianClient;
  let everyone: GuardianClient;
  let first: string[];
  let late: string[];
  const signIn = async () => {
    her = await representative(house.guardian.url, house.guardian.setupLink);
    everyone = house.client();
  };
  const joined = (people: number) => her.send<Further>('/representative/codes/joined', { people });
  const confirm = (deal: string) => her.send('/representative/codes/confirmed', { deal });
  const codesStatement = async () => {
    const { desk } = await her.get<{ desk: { statements: { statement: string }[] } }>('/representative');
    const parsed = parseStatement(desk.statements[0]?.statement ?? '');
    return parsed.ok ? parsed.value : null;
  };

  beforeAll(async () => {
    house = await runGuardian();
    await signIn();
  });
  afterAll(() => house.end());

  it('[GRD8] deals nothing to them before everyone has codes, nor to fewer than five', async () => {
    await expect(joined(5)).rejects.toThrow(/first/);
    first = (await her.send<Further>('/representative/codes', { employees: EMPLOYEES })).codes;
    for (const people of [0, 1, 4, -5, 5.5]) await expect(joined(people)).rejects.toThrow();
    expect((await voiceAbout(everyone)).employees).toBe(EMPLOYEES);
  });

  it('[GRD19] prepares the statement of the codes, with the key that asks are answered with', async () => {
    const { enrolment } = await voiceAbout(everyone);
    expect(await codesStatement()).toMatchObject({
      kind: 'enrolment',
      id: 'demonstration',
      issued: EMPLOYEES,
      list: enrolment?.digest,
    });
  });

  it('[GRD8] codes are worth nothing until she has the sheets, and a lost answer left nothing', async () => {
    const lost = await joined(5);
    const { body } = await enrolmentAsk(everyone, lost.codes[0] as string);
    await expect(everyone.send('/voice/enrolment', body)).rejects.toEqual(refusal('not-dealt'));
    const kept = await joined(6);
    late = kept.codes;
    await expect(confirm(lost.deal)).rejects.toThrow(/worth nothing/);
    await confirm(kept.deal);
    await confirm(kept.deal);
    expect((await voiceAbout(everyone)).employees).toBe(EMPLOYEES + 6);
    await expect(everyone.send('/voice/enrolment', body)).rejects.toEqual(refusal('not-dealt'));
  });

  it('[GRD8] their tokens are of the same list and key, also after a restart', async () => {
    const before = await voiceAbout(everyone);
    await house.restart();
    await signIn();
    const after = await voiceAbout(everyone);
    expect(after).toEqual(before);
    for (const code of [first[0] as string, late[0] as string]) {
      const { body, scope, issuer, pending } = await enrolmentAsk(everyone, code);
      expect(scope.digest).toBe(before.enrolment?.digest);
      const { signature } = await everyone.send<EnrolmentAnswer>('/voice/enrolment', body);
      const token = await finishToken(scope, pending, bytesOf(signature), issuer);
      expect(token && (await verifyToken(scope, token, issuer, crypto.subtle))).toBe(true);
      const other = await enrolmentAsk(everyone, code);
      await expect(everyone.send('/voice/enrolment', other.body)).rejects.toEqual(refusal('used'));
    }
    expect(await codesStatement()).toMatchObject({ issued: EMPLOYEES + 6, list: before.enrolment?.digest });
  });

  it('[GRD9] have a voice in what is opened from then on, and change the number of nothing before', async () => {
    const given = { document: house.document, asksUntil: START + DAY, countEvery: DAY };
    const { digest } = await her.send<{ digest: string }>('/representative/issues', given);
    const newer = await joined(5);
    await confirm(newer.deal);
    await house.restart();
    await signIn();
    const issue = await issueOf(everyone, digest);
    expect(issue.issued).toBe(EMPLOYEES + 6);
    const voice = async (code: string) =>
      askVoice((await beginVoice(issue, code)) as OwnVoice, issue, everyone);
    await voice(late[1] as string);
    await expect(voice(newer.codes[0] as string)).rejects.toEqual(refusal('not-dealt'));
  });

  it('[GRD8] which code is of which time is kept of no code that makes a contributor', async () => {
    await house.guardian.stop();
    const store = openGuardianStore(house.data);
    const columns = store.prepare(`select name from pragma_table_info('enrolment') order by name`).all();
    expect(columns).toEqual([{ name: 'ask' }, { name: 'entry' }]);
    store.close();
    await house.restart();
  });
});
