import { grantDigest, parseGrant } from '@aboveboard/consent/grant-document';
import { signGrantStatement } from '@aboveboard/consent/grant-note';
import type { ShownGrant } from '@aboveboard/protocol/grants';
import type { TaskCardsAnswer } from '@aboveboard/protocol/installation';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { textSigner } from '@aboveboard/tlog/signer';
import { afterAll, describe, expect, it } from 'vitest';
import { makeAskedFor } from '../src/access/asked-for.ts';
import { stateOfGrant } from '../src/access/grant-state.ts';
import { makeRulesLog } from '../src/logs/rules-log.ts';
import { Client } from './device.ts';
import { startGranting, wish } from './granting.ts';

const { server, by, asked, noteOf, say, approve, shown, entered, stop } = await startGranting();
const second = await Client.redeem(server.url, await server.makeCode('researcher', 1));
afterAll(stop);

describe('grants', () => {
  it('[ACC10, ACC11, ACC12] are asked, approved by two, and stand in the log at each step before they count', async () => {
    const grant = await asked();
    expect(grant).toMatchObject({
      state: 'waiting',
      own: true,
      approvedBy: [],
      waitsFor: ['employer', 'representative', 'data-protection-officer'],
      end: null,
    });
    const parsed = parseGrant(new TextEncoder().encode(grant.document));
    if (!parsed.ok) throw new Error('a grant');
    expect(parsed.value.asker).toMatch(/^[0-9a-f]{32}$/);
    expect(await grantDigest(parsed.value, crypto.subtle)).toBe(grant.digest);
    expect(await entered(grant.id)).toEqual(['grant-asked by researcher']);

    const first = await say(by.employer, grant, await noteOf(grant, 'grant-approval', 'employer'));
    expect(first.body).toMatchObject({
      state: 'waiting',
      approvedBy: ['employer'],
      waitsFor: ['representative'],
    });
    const done = await say(by.representative, grant, await noteOf(grant, 'grant-approval', 'representative'));
    expect(done.body).toMatchObject({ state: 'holds', own: false, waitsFor: [] });
    expect(await entered(grant.id)).toEqual([
      'grant-asked by researcher',
      'grant-approved by employer',
      'grant-approved by representative',
      'grant by representative',
    ]);
  });

  it('[GRT50] cards of a grant that holds are asked for of everyone, alike, and of one that waits or is over they are not', async () => {
    const askedFor = async (client: Client) => {
      const { body } = await client.call<TaskCardsAnswer>('GET', '/api/task-cards');
      expect(Object.keys(body).sort()).toEqual(['askedFor', 'cards']);
      return body.askedFor;
    };
    // The server remembers its answer for a minute, so it is asked only afterwards.
    const card = 'board-move';
    const cards = [
      { id: card, version: null },
      { id: 'of-no-card', version: null },
    ];
    const weeks = { from: '2026-W01', to: '2027-W52' };
    const now = { ms: Date.now() };
    const find = () =>
      makeAskedFor({
        database: server.installation.inner.database,
        rules: makeRulesLog(server.installation.inner.logs.rules).state,
        now: () => now.ms,
      })();
    const waiting = await asked(by.researcher, { slice: { kind: 'tasks', cards, weeks } });
    expect(await find()).toEqual([]);
    await approve(waiting);
    expect(await find()).toEqual([card, 'of-no-card'].sort());
    expect(await askedFor(by.contributor)).toEqual([card]);
    expect(await askedFor(new Client(server.url))).toEqual([card]);
    now.ms += 31 * 86_400_000;
    expect(await find()).toEqual([]);
  });

  it('[ACC11, ACC12] the same note again changes nothing and is entered once', async () => {
    const grant = await asked();
    const note = await noteOf(grant, 'grant-approval', 'employer');
    await say(by.employer, grant, note);
    expect((await say(by.employer, grant, note)).status).toBe(200);
    expect((await entered(grant.id)).filter((line) => line.startsWith('grant-approved'))).toHaveLength(1);
  });

  it('[ACC11] refuses a note of another party, of half a party, about another grant, or by a stranger', async () => {
    const grant = await asked();
    const other = await asked();
    const stranger = ['ed25519'].map(() =>
      textSigner('representative.works.example', ed25519Key(new Uint8Array(32).fill(7))),
    );
    const statement = { kind: 'grant-approval', grant: grant.id, digest: grant.digest } as const;
    const notes: [string, Client, Uint8Array][] = [
      ["another party's", by.employer, await noteOf(grant, 'grant-approval', 'representative')],
      ['half', by.representative, await noteOf(grant, 'grant-approval', 'representative', 1)],
      ['another grant', by.representative, await noteOf(other, 'grant-approval', 'representative')],
      ["a stranger's", by.representative, await signGrantStatement(statement, stranger)],
      ['no note', by.representative, new Uint8Array([1, 2, 3])],
    ];
    for (const [why, client, note] of notes) {
      const answer = await say(client, grant, note);
      expect(answer.status, why).toBe(422);
      expect(answer.body.error?.faults?.[0]?.rule, why).toMatch(/^GRT2/);
    }
    expect((await shown(grant)).body.approvedBy).toEqual([]);
    expect(await entered(grant.id)).toEqual(['grant-asked by researcher']);
  });

  it('[ACC11] a refusal ends it for good, with one key and a reason from the list', async () => {
    const grant = await asked();
    const answer = await say(by.employer, grant, await noteOf(grant, 'grant-refusal', 'employer', 1));
    expect(answer.body).toMatchObject({
      state: 'ended',
      end: { kind: 'refused', by: 'employer', reason: 'slice' },
      waitsFor: [],
    });
    expect((await approve(grant)).status).toBe(409);
    expect((await shown(grant)).body.state).toBe('ended');
    expect(await entered(grant.id)).toEqual(['grant-asked by researcher', 'grant-refused by employer']);
  });

  it('[ACC6, ACC10] are seen by who asked and by the parties; to others they do not exist', async () => {
    const grant = await asked();
    expect((await shown(grant, by.researcher)).status).toBe(200);
    for (const client of [by.representative, by.dpo, by.employer])
      expect((await shown(grant, client)).status).toBe(200);
    const absent = await second.call('GET', `/api/grants/${'0'.repeat(32)}`);
    const anothers = await shown(grant, second);
    expect([anothers.status, anothers.body]).toEqual([absent.status, absent.body]);
    for (const client of [by.contributor, by.operator]) expect((await shown(grant, client)).status).toBe(403);
    const mine = await second.call<{ grants: ShownGrant[] }>('GET', '/api/grants');
    expect(mine.body.grants).toEqual([]);
    expect((await second.call('POST', `/api/grants/${grant.id}/withdrawal`)).status).toBe(404);
    expect((await say(second, grant, await noteOf(grant, 'grant-approval', 'representative'))).status).toBe(
      404,
    );
  });

  it('[ACC10] can be asked for what was agreed, by researchers, and names what the server knows of the asker', async () => {
    for (const change of [
      { purpose: 'performance' },
      { reading: ['verification'] },
      { days: 93 },
      { slice: { kind: 'tasks', cards: null, weeks: { from: '2026-W10', to: '2026-W09' } } },
      { asker: '0'.repeat(32) },
    ]) {
      const answer = await by.researcher.call('POST', '/api/grants', { ...wish(), ...change });
      expect([400, 422]).toContain(answer.status);
    }
    for (const client of [by.contributor, by.operator, by.representative, by.employer]) {
      expect((await client.call('POST', '/api/grants', wish())).status).toBe(403);
    }
  });

  it('[ACC13, ACC15] are over when nobody answered in 14 days, when their time is, and when the rules fall', async () => {
    const grant = await asked();
    await approve(grant);
    const { database, logs } = server.installation.inner;
    const [row] = await database.query<{ document: Uint8Array; notes: Uint8Array[] }>(
      `select document, array(select note from grant_note where grant_id = g.id) as notes
       from access_grant g where id = $1`,
      [grant.id],
    );
    if (!row) throw new Error('a grant');
    const rules = await makeRulesLog(logs.rules).state();
    if (!rules) throw new Error('rules');
    const askedOn = grant.askedOn;
    const stored = { id: grant.id, asker: '', askedOn, withdrawn: false, ...row };
    const silent = { ...stored, notes: [] };
    const state = async (given: typeof stored, at: number, state: typeof rules | null = rules) =>
      (await stateOfGrant(given, { rules: state, now: at })).end?.kind ?? 'none';
    const day = 86_400_000;
    expect(await state(stored, Date.now())).toBe('none');
    expect(await state(silent, Date.now() + 14 * day)).toBe('none');
    expect(await state(silent, Date.now() + 15 * day)).toBe('unanswered');
    expect(await state(stored, Date.now() + 15 * day)).toBe('none');
    expect(await state(stored, Date.now() + 31 * day)).toBe('over');
    expect(await state({ ...stored, withdrawn: true }, Date.now())).toBe('withdrawn');
    expect(await state(stored, Date.now(), null)).toBe('agreement');
    const { version } = rules.standing;
    const fallen = { ...rules, standing: { inForce: false as const, refusal: 'revoked' as const, version } };
    expect(await state(stored, Date.now(), fallen)).toBe('agreement');
  });

  it('[ACC13] what was asked and said can not be changed in the database', async () => {
    const { database } = server.installation.inner;
    for (const statement of [
      'update access_grant set asked_on = current_date',
      'delete from grant_note',
      'truncate grant_withdrawal',
      "update grant_note set note = '\\x00'",
    ]) {
      await expect(database.query(statement)).rejects.toThrow(/append-only|denied/);
    }
  });
});
