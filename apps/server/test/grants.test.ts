import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { type Grant, grantDigest, parseGrant } from '@aboveboard/consent/grant-document';
import { type GrantStatement, signGrantStatement } from '@aboveboard/consent/grant-note';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { GrantWish, MyAccesses, ShownGrant } from '@aboveboard/protocol/grants';
import type { TaskCardsAnswer } from '@aboveboard/protocol/installation';
import { isoWeek } from '@aboveboard/protocol/week';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { textSigner } from '@aboveboard/tlog/signer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAskedFor } from '../src/access/asked-for.ts';
import { stateOfGrant } from '../src/access/grant-state.ts';
import { type DemonstrationParties, demonstrationParties } from '../src/keys/demonstration-parties.ts';
import { makeRulesLog } from '../src/logs/rules-log.ts';
import { actorOf } from '../src/logs/uses-log.ts';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording } from './device.ts';
import { clearFolders, startDemonstration } from './server.ts';

let server: StartedServer;
let parties: DemonstrationParties;
const by: Record<'contributor' | 'researcher' | 'operator' | 'representative' | 'dpo' | 'employer', Client> =
  {} as never;
let second: Client;

beforeAll(async () => {
  server = await startDemonstration();
  parties = await demonstrationParties(server.installation.inner.folder?.keys ?? '');
  for (const role of Object.keys(server.codes) as (keyof typeof by)[]) {
    by[role] = await Client.redeem(server.url, server.codes[role]);
  }
  second = await Client.redeem(server.url, await server.makeCode('researcher', 1));
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

const wish = (change: Partial<GrantWish> = {}): GrantWish => ({
  purpose: 'model-training',
  reading: ['dataset'],
  slice: { kind: 'tasks', cards: null, weeks: { from: '2026-W01', to: '2027-W52' } },
  days: 30,
  ...change,
});
const asked = async (client = by.researcher, change: Partial<GrantWish> = {}): Promise<ShownGrant> => {
  const answer = await client.call<ShownGrant>('POST', '/api/grants', wish(change));
  expect(answer.status).toBe(200);
  return answer.body;
};
const noteOf = (
  grant: ShownGrant,
  kind: GrantStatement['kind'],
  party: keyof DemonstrationParties,
  keys = 2,
) =>
  signGrantStatement(
    kind === 'grant-refusal'
      ? { kind, grant: grant.id, digest: grant.digest, reason: 'slice' }
      : { kind, grant: grant.id, digest: grant.digest },
    parties[party].slice(0, keys),
  );
const say = async (client: Client, grant: Pick<ShownGrant, 'id'>, note: Uint8Array) => {
  const answer = await fetch(`${server.url}/api/grants/${grant.id}/notes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/octet-stream' },
    body: note as Uint8Array<ArrayBuffer>,
  });
  return {
    status: answer.status,
    body: (await answer.json()) as ShownGrant & { error?: { faults?: { rule: string }[] } },
  };
};
const approve = async (grant: ShownGrant) => {
  await say(by.representative, grant, await noteOf(grant, 'grant-approval', 'representative'));
  return say(by.dpo, grant, await noteOf(grant, 'grant-approval', 'data-protection-officer'));
};
const shown = async (grant: ShownGrant, client = by.representative) =>
  client.call<ShownGrant>('GET', `/api/grants/${grant.id}`);
/** Plain acts of the log of uses that name this grant, in order. */
const entered = async (id: string) => {
  const { storage, size } = server.installation.inner.logs.uses;
  return (await storage.entries(0, await size())).flatMap((bytes) => {
    const read = readUsesEntry(bytes);
    if (!read.ok || read.value.kind !== 'plain') return [];
    const { act, actor } = read.value.use;
    return 'grant' in act && act.grant === id ? [`${act.kind} by ${actor.role}`] : [];
  });
};

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

  it('[GRT50] only of weeks that are not over, of slices that name cards, and looked up once a minute', async () => {
    const now = { ms: Date.now(), asked: 0, isBroken: false };
    const week = isoWeek(now.ms);
    const before = isoWeek(now.ms - 7 * 86_400_000);
    const cardOf = (id: string) => [{ id, version: null }];
    const tasks = (to: string, cards: ReturnType<typeof cardOf> | null) =>
      ({ kind: 'tasks', cards, weeks: { from: '2026-W01', to } }) as const;
    await approve(await asked(by.researcher, { slice: tasks(week, cardOf('of-this-week')) }));
    await approve(await asked(by.researcher, { slice: tasks(before, cardOf('of-last-week')) }));
    await approve(await asked(by.researcher, { slice: tasks(week, null) }));
    const some: GrantWish['slice'] = { kind: 'recordings', recordings: ['A'.repeat(22)] };
    await approve(await asked(by.researcher, { slice: some }));
    const rules = makeRulesLog(server.installation.inner.logs.rules).state;
    const find = makeAskedFor({
      database: server.installation.inner.database,
      rules: async () => {
        now.asked++;
        if (now.isBroken) throw new Error('the log');
        return rules();
      },
      now: () => now.ms,
    });
    now.isBroken = true;
    await expect(find()).rejects.toThrow('the log');
    now.isBroken = false;
    // What failed is not remembered.
    const ids = await find();
    expect(ids).toContain('of-this-week');
    expect(ids).not.toContain('of-last-week');
    expect(now.asked).toBe(2);
    now.ms += 59_999;
    expect(await find()).toEqual(ids);
    expect(now.asked).toBe(2);
    now.ms += 1;
    expect(await find()).toEqual(ids);
    expect(now.asked).toBe(3);
    const without = makeAskedFor({
      database: server.installation.inner.database,
      rules: async () => null,
      now: () => now.ms,
    });
    expect(await without()).toEqual([]);
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

describe('reading under a grant', () => {
  const released = async () => {
    const recording = await makeRecording(server.about);
    expect((await by.contributor.upload(recording)).body.state).toBe('complete');
    return recording.manifest.id;
  };
  const openAs = (client: Client, id: string, purpose = 'dataset') =>
    client.call<{ access: string }>('POST', '/api/accesses', { purpose, recordings: [id] });
  const journal = async (access: string) =>
    (
      await server.installation.inner.database.query<{ grant_id: string | null }>(
        'select grant_id from access_entry where entry = $1',
        [access],
      )
    )[0]?.grant_id;

  it('[ACC14] names the grant in journal and log, until a party revokes it', async () => {
    const id = await released();
    const grant = await asked();
    await approve(grant);
    const opened = await openAs(by.researcher, id);
    expect(await journal(opened.body.access)).toBe(grant.id);
    expect((await entered(grant.id)).at(-1)).toBe('access by researcher');
    await say(by.dpo, grant, await noteOf(grant, 'grant-revocation', 'data-protection-officer', 1));
    expect((await shown(grant)).body).toMatchObject({ state: 'ended', end: { kind: 'revoked' } });
    // A demonstration then approves for itself (ACC16); this grant is not what it reads under.
    const again = await openAs(by.researcher, id);
    expect(await journal(again.body.access)).not.toBe(grant.id);
  });

  it('[ACC14] a command reads under it for the account that asked', async () => {
    const id = await released();
    const grant = await asked(second);
    await approve(grant);
    const { grants, journal: openings } = server.installation;
    const asker = await grants.askerOf(grant.id);
    expect(await grants.askerOf('0'.repeat(32))).toBeNull();
    const access = await openings.beforeRead({ kind: 'dataset', by: `researcher:${asker}` }, [id]);
    expect(await journal(access.entry)).toBe(grant.id);
    expect((await entered(grant.id)).at(-1)).toBe('access by researcher');
  });

  it("[ACC14] another's grant, another reading and another slice are none", async () => {
    const id = await released();
    const grant = await asked();
    const narrow = await asked(by.researcher, {
      slice: { kind: 'recordings', recordings: ['A'.repeat(22)] },
      reading: ['inspection'],
    });
    await approve(grant);
    await approve(narrow);
    const used = async (client: Client, purpose: string) =>
      journal((await openAs(client, id, purpose)).body.access);
    expect(await used(by.researcher, 'dataset')).toBe(grant.id);
    expect([grant.id, narrow.id]).not.toContain(await used(second, 'dataset'));
    expect([grant.id, narrow.id]).not.toContain(await used(by.researcher, 'inspection'));
  });

  it('[ACC17] are shown to the contributor whose recording was read, with the entry, and to nobody else', async () => {
    const hers = await Client.redeem(server.url, await server.makeCode('contributor', 1));
    const view = async (client: Client) => (await client.call<MyAccesses>('GET', '/api/my/accesses')).body;
    const before = await view(hers);
    expect(before.accesses).toEqual([]);
    expect(before.days).toHaveLength(30);
    expect(before.days.every(({ readings }) => readings === 0)).toBe(true);

    const recording = await makeRecording(server.about);
    await hers.upload(recording);
    const mine = recording.manifest.id;
    const others = await released();
    const answer = await by.researcher.call<{ access: string }>('POST', '/api/accesses', {
      purpose: 'dataset',
      recordings: [others, mine],
    });
    expect(answer.status).toBe(200);
    const after = await view(hers);
    const grant = await journal(answer.body.access);
    expect(after.accesses).toEqual([
      {
        day: expect.any(String),
        kind: 'dataset',
        by: 'researcher',
        grant,
        recordings: [mine],
        entry: expect.any(Number),
      },
    ]);
    expect(after.days.at(-1)).toEqual({ day: after.accesses[0]?.day, readings: 1 });
    const { storage } = server.installation.inner.logs.uses;
    const at = after.accesses[0]?.entry ?? -1;
    const [entry] = await storage.entries(at, at + 1);
    const read = readUsesEntry(entry ?? new Uint8Array());
    expect(read.ok && read.value.kind === 'plain' && read.value.use.act).toMatchObject({
      kind: 'access',
      grant,
    });

    const stranger = await Client.redeem(server.url, await server.makeCode('contributor', 1));
    expect((await view(stranger)).accesses).toEqual([]);
    expect((await by.operator.call('GET', '/api/my/accesses')).status).toBe(403);
    expect(JSON.stringify(after)).not.toContain(others);
  });

  it('[ACC14, ACC16] production reads nothing that no grant covers, whoever asks below the routes', async () => {
    const id = await released();
    const { journal: access } = server.installation;
    for (const by of ['operator', 'server', 'representative', 'researcher']) {
      await expect(access.beforeRead({ kind: 'dataset', by }, [id])).rejects.toThrow();
    }
  });

  it('[ACC14] seeded hole: a grant that is only claimed to hold opens nothing', async () => {
    const { makeMayOpen } = await import('../src/access/opening-decision.ts');
    const { shippedDecide } = await import('../src/access/policies.ts');
    const id = await released();
    const rules = makeRulesLog(server.installation.inner.logs.rules).state;
    const mayOpen = makeMayOpen({
      decide: shippedDecide(),
      rules,
      held: server.installation.inner.held,
      now: Date.now,
    });
    const grant = await asked();
    const purpose = { kind: 'dataset', by: `researcher:${grantOf(grant).asker}` } as const;
    const given = (notes: readonly Uint8Array[]) => ({
      grant: grantOf(grant),
      document: new TextEncoder().encode(grant.document),
      notes,
      jobSigner: null as never,
    });
    const known = await server.installation.recordings.known([id]);
    const notes = await Promise.all([
      noteOf(grant, 'grant-approval', 'representative'),
      noteOf(grant, 'grant-approval', 'employer'),
    ]);
    await expect(mayOpen(purpose, [id], { known, given: given(notes) })).resolves.toBeUndefined();
    await expect(mayOpen(purpose, [id], { known, given: given(notes.slice(1)) })).rejects.toThrow(
      /not opened/,
    );
    await expect(mayOpen(purpose, [id], { known, given: null })).rejects.toThrow(/not opened/);
    const widened = {
      ...given(notes),
      document: canonicalBytes({ ...grantOf(grant), reading: ['inspection'] }),
    };
    await expect(mayOpen(purpose, [id], { known, given: widened })).rejects.toThrow(/not opened/);
    const stranger = { kind: 'dataset', by: 'researcher:another' } as const;
    await expect(mayOpen(stranger, [id], { known, given: given(notes) })).rejects.toThrow(/not opened/);
  });

  const grantOf = (grant: ShownGrant): Grant => {
    const parsed = parseGrant(new TextEncoder().encode(grant.document));
    if (!parsed.ok) throw new Error('a grant');
    return parsed.value;
  };

  it('[ACC10] the account of who asks is the one that the log names for what he reads', async () => {
    const session = await by.researcher.call<{ handle: string }>('GET', '/api/session');
    const grant = await asked();
    expect(grantOf(grant).asker).toBe(actorOf(`researcher:${session.body.handle}`).account);
  });
});
