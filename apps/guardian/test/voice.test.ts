import { parseAgreement } from '@aboveboard/consent/agreement';
import { electionCountFaults, parseElection } from '@aboveboard/consent/election';
import { objectionListFaults, type PublishedObjections } from '@aboveboard/consent/objection-box';
import { parseStatement } from '@aboveboard/consent/rules-statement';
import { finishToken, signBlinded, verifyToken } from '@aboveboard/consent/voice-token';
import type { EnrolmentAnswer } from '@aboveboard/protocol/voice';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GuardianClient, voiceAbout, voiceCount } from '../pages/guardian-client.ts';
import {
  askVoice,
  beginVoice,
  bytesOf,
  decideVoice,
  type OwnVoice,
  readDocument,
  sendVoice,
} from '../pages/own-voice.ts';
import { makeIssuerSecret, openIssuer } from '../src/voice/issuer.ts';
import { enrolmentAsk, issueOf, representative, runGuardian, START } from './running-guardian.ts';

const EMPLOYEES = 12;
const DAY = 86_400;
const refusal = (code: string) => expect.objectContaining({ code });

describe('codes, tokens, objections and ballots at a guardian', () => {
  let house: Awaited<ReturnType<typeof runGuardian>>;
  let her: GuardianClient;
  let everyone: GuardianClient;
  let codes: string[];
  let issue: string;
  let election: string;
  const voices: OwnVoice[] = [];

  beforeAll(async () => {
    house = await runGuardian();
    her = await representative(house.guardian.url, house.guardian.setupLink);
    everyone = house.client();
  });
  afterAll(() => house.end());

  it('[GRD1, GRD2] deals codes for all at once, and anew as long as none was used', async () => {
    await expect(her.send('/representative/codes', { employees: 0 })).rejects.toThrow(/how many/);
    await her.send('/representative/codes', { employees: 3 });
    const answer = await her.send<{ codes: string[] }>('/representative/codes', { employees: EMPLOYEES });
    codes = answer.codes;
    expect(new Set(codes).size).toBe(EMPLOYEES);
    expect((await voiceAbout(everyone)).employees).toBe(EMPLOYEES);
  });

  it('[GRD4, GRD5] redeems a code at once for a token that verifies; the same ask again is answered alike', async () => {
    const { body, scope, issuer, pending } = await enrolmentAsk(everyone, codes[0] as string);
    const first = await everyone.send<EnrolmentAnswer>('/voice/enrolment', body);
    expect(await everyone.send('/voice/enrolment', body)).toEqual(first);
    const token = await finishToken(scope, pending, bytesOf(first.signature), issuer);
    expect(token && (await verifyToken(scope, token, issuer, crypto.subtle))).toBe(true);
    const other = await enrolmentAsk(everyone, codes[0] as string);
    await expect(everyone.send('/voice/enrolment', other.body)).rejects.toEqual(refusal('used'));
    const stranger = { ...body, secret: 'A'.repeat(43) };
    await expect(everyone.send('/voice/enrolment', stranger)).rejects.toEqual(refusal('not-dealt'));
    await house.restart();
    her = await representative(house.guardian.url, house.guardian.setupLink);
    everyone = house.client();
    await expect(everyone.send('/voice/enrolment', other.body)).rejects.toEqual(refusal('used'));
    expect(await everyone.send('/voice/enrolment', body)).toEqual(first);
  });

  it('[GRD3] deals nothing anew once a code was used', async () => {
    await expect(her.send('/representative/codes', { employees: 5 })).rejects.toThrow(/in use/);
  });

  it('[GRD6] signs as RFC 9474 has it, and no message that is none of this key', async () => {
    const secret = await makeIssuerSecret();
    const issuer = await openIssuer(secret);
    const blinded = new Uint8Array(256).fill(7);
    const key = await crypto.subtle.importKey(
      'pkcs8',
      secret as Uint8Array<ArrayBuffer>,
      { name: 'RSA-PSS', hash: 'SHA-384' },
      true,
      ['sign'],
    );
    expect(issuer.sign(blinded)).toEqual(await signBlinded(blinded, key));
    expect(issuer.sign(new Uint8Array(256).fill(255))).toBeNull();
    expect(issuer.sign(new Uint8Array(255))).toBeNull();
  });

  it('[GRD10, GRD11] opens one issue for each version, and prepares the statement of its tokens', async () => {
    const given = { document: house.document, asksUntil: START + DAY, countEvery: DAY };
    const installed = await her.get<{ document: string; digest: string }>('/representative/installed');
    expect(installed.document).toBe(house.document);
    issue = (await her.send<{ digest: string }>('/representative/issues', given)).digest;
    expect(issue).toBe(installed.digest);
    await expect(her.send('/representative/issues', given)).rejects.toThrow(/before/);
    await expect(
      her.send('/representative/issues', { ...given, document: `${house.document} ` }),
    ).rejects.toThrow(/not an agreement/);
    type Desk = { desk: { statements: { issue: string; statement: string }[] } };
    const { desk } = await her.get<Desk>('/representative');
    const tokens = desk.statements.find((one) => one.issue === issue);
    const parsed = parseStatement(tokens?.statement ?? '');
    expect(parsed).toMatchObject({ ok: true, value: { kind: 'tokens', issued: EMPLOYEES, digest: issue } });
  });

  it('[GRD12, GRD13] takes asks until a fixed time and answers all of them then; a ticket asks once', async () => {
    const found = await issueOf(everyone, issue);
    for (const code of codes.slice(0, 8)) {
      const own = (await beginVoice(found, code)) as OwnVoice;
      expect(await askVoice(own, found, everyone)).toEqual(own);
      voices.push(own);
    }
    const again = (await beginVoice(found, codes[0] as string)) as OwnVoice;
    await expect(askVoice(again, found, everyone)).rejects.toEqual(refusal('asked-before'));
    house.clock.now = START + DAY;
    const late = (await beginVoice(found, codes[9] as string)) as OwnVoice;
    await expect(askVoice(late, found, everyone)).rejects.toEqual(refusal('closed'));
    for (const [i, own] of voices.entries()) voices[i] = await askVoice(own, found, everyone);
    expect(voices.every(({ signature }) => signature !== null)).toBe(true);
  });

  it('[GRD14] stays answered when the clock is set back, also over a restart', async () => {
    house.clock.now = START;
    await house.restart();
    her = await representative(house.guardian.url, house.guardian.setupLink);
    everyone = house.client();
    const found = await issueOf(everyone, issue);
    const late = (await beginVoice(found, codes[10] as string)) as OwnVoice;
    await expect(askVoice(late, found, everyone)).rejects.toEqual(refusal('closed'));
    house.clock.now = START + DAY;
  });

  it('[GRD17, GRD18] spends a token once; the same again has the same receipt, also after a restart', async () => {
    const found = await issueOf(everyone, issue);
    const { words } = await voiceAbout(everyone);
    const says = ['agreement', 'agreement', 'app site-1', 'agreement', 'agreement'];
    const { apps } = (await readDocument(found, everyone)) as { apps: { id: string }[] };
    says[2] = `app ${apps[0]?.id}`;
    for (const [i, line] of says.entries()) {
      const own = await decideVoice(voices[i] as OwnVoice, found, line, i < 3 ? `words ${3 - i}` : '', words);
      voices[i] = await sendVoice(own, everyone);
    }
    const first = voices[0] as OwnVoice;
    expect(await sendVoice(first, everyone)).toEqual(first);
    await house.restart();
    her = await representative(house.guardian.url, house.guardian.setupLink);
    everyone = house.client();
    expect(await sendVoice(first, everyone)).toEqual(first);
    const turned = await decideVoice({ ...first, said: null }, found, `app ${apps[0]?.id}`, '', words);
    await expect(sendVoice(turned, everyone)).rejects.toEqual(refusal('spent'));
    const changed = {
      ...first,
      said: { ...(first.said as NonNullable<OwnVoice['said']>), says: says[2] as string },
    };
    await expect(sendVoice(changed, everyone)).rejects.toEqual(refusal('not-signed'));
    const absent = await decideVoice(voices[5] as OwnVoice, found, 'app nowhere', '', words);
    await expect(sendVoice(absent, everyone)).rejects.toEqual(refusal('not-in-the-agreement'));
  });

  it('[GRD30, GRD31] publishes at fixed times only, with the statement of the very list', async () => {
    expect(await voiceCount(everyone, issue)).toBeNull();
    house.clock.now = START + 2 * DAY - 1;
    expect(await voiceCount(everyone, issue)).toBeNull();
    house.clock.now = START + 2 * DAY + 100;
    const count = await voiceCount(everyone, issue);
    expect(count?.at).toBe(START + 2 * DAY);
    const statement = parseStatement(count?.statement ?? '');
    if (!statement.ok || statement.value.kind !== 'objections') throw new Error('no count');
    expect(statement.value).toMatchObject({ issued: EMPLOYEES, spent: 5 });
    const published = count?.list as PublishedObjections;
    const receipt = { nullifier: voices[0]?.nullifier as string, target: { kind: 'agreement' } as const };
    expect(await objectionListFaults(published, statement.value, [receipt], crypto.subtle)).toEqual([]);
    expect(JSON.stringify(published)).not.toContain('sealed');
  });

  it('[GRD32] says nothing of an objection before the next time', async () => {
    const found = await issueOf(everyone, issue);
    const { words } = await voiceAbout(everyone);
    const own = await decideVoice(voices[6] as OwnVoice, found, 'agreement', 'later words', words);
    voices[6] = await sendVoice(own, everyone);
    const before = await voiceCount(everyone, issue);
    expect((before?.list as PublishedObjections | undefined)?.spent).toHaveLength(5);
    house.clock.now = START + 3 * DAY;
    const after = await voiceCount(everyone, issue);
    expect((after?.list as PublishedObjections | undefined)?.spent).toHaveLength(6);
  });

  it('[GRD41, GRD42] gives words to the representative alone, in batches, without a receipt', async () => {
    her = await representative(house.guardian.url, null);
    const path = '/representative/words';
    await expect(everyone.send(path, { issue, at: START + 2 * DAY })).rejects.toThrow();
    const { words } = await her.send<{ words: unknown[] }>(path, { issue, at: START + 2 * DAY });
    expect(words.map((one) => (one as { words: string }).words).sort()).toEqual([
      'words 1',
      'words 2',
      'words 3',
    ]);
    expect(JSON.stringify(words)).not.toContain(voices[0]?.nullifier);
    // One objection alone waits for others.
    expect(await her.send(path, { issue, at: START + 3 * DAY })).toEqual({ words: [] });
  });

  it('[GRD15, GRD33] elects in secret, and each voter can check the count', async () => {
    const opens = house.clock.now + DAY;
    const given = {
      id: 'council-2026',
      candidates: [
        { id: 'ada', name: 'A. Example' },
        { id: 'bo', name: 'B. Example' },
      ],
      opens,
      closes: opens + DAY,
    };
    await expect(her.send('/representative/elections', { ...given, closes: opens })).rejects.toThrow(
      /closes/,
    );
    election = (await her.send<{ digest: string }>('/representative/elections', given)).digest;
    const found = await issueOf(everyone, election);
    const ballots: OwnVoice[] = [];
    for (const code of codes.slice(0, 3)) {
      const own = (await beginVoice(found, code)) as OwnVoice;
      ballots.push(await askVoice(own, found, everyone));
    }
    house.clock.now = opens;
    for (const [i, own] of ballots.entries()) {
      const asked = await askVoice(own, found, everyone);
      const decided = await decideVoice(
        asked,
        found,
        ['candidate ada', 'candidate ada', 'abstain'][i] as string,
        '',
        null,
      );
      ballots[i] = await sendVoice(decided, everyone);
    }
    expect(await voiceCount(everyone, election)).toBeNull();
    const other = await decideVoice(
      { ...(ballots[0] as OwnVoice), said: null },
      found,
      'candidate bo',
      '',
      null,
    );
    await expect(sendVoice(other, everyone)).rejects.toEqual(refusal('voted'));
    house.clock.now = opens + DAY;
    await expect(sendVoice(other, everyone)).rejects.toEqual(refusal('closed'));
    const document = parseElection(await readDocument(found, everyone));
    if (!document.ok) throw new Error('no election');
    const count = await voiceCount(everyone, election);
    const mine = ballots.map((own) => ({
      nullifier: own.nullifier as string,
      says: own.said?.says as string,
    }));
    expect(await electionCountFaults(count?.list, document.value, mine, crypto.subtle)).toEqual([]);
    expect(count?.list).toMatchObject({ elected: 'ada', abstained: 1 });
    house.clock.now = opens;
    await expect(sendVoice(other, everyone)).rejects.toEqual(refusal('closed'));
  });

  it('[GRD22] a document is shown to the byte', async () => {
    const text = await everyone.text(`/voice/documents/${issue}`);
    expect(parseAgreement(new TextEncoder().encode(text)).ok).toBe(true);
  });
});
