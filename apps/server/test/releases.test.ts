import { type HoldStatement, signHoldStatement } from '@aboveboard/consent/hold-note';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { ShownHold } from '@aboveboard/protocol/holds';
import type { About } from '@aboveboard/protocol/installation';
import type { MyLineage, ShownLineage, ShownModel, ShownRelease } from '@aboveboard/protocol/lineage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksOfMachine } from '../src/controls/checks-of-machine.ts';
import { demonstrationParties } from '../src/keys/demonstration-parties.ts';
import { accountOf } from '../src/logs/uses-log.ts';
import { announceSuperseded } from '../src/releases/withdrawal.ts';
import { closingDay, takeable } from '../src/releases/withdrawal-batch.ts';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording } from './device.ts';
import { asOwner, clearFolders, startDemonstration } from './server.ts';

type Named = 'contributor' | 'researcher' | 'operator' | 'representative' | 'dpo' | 'employer';
let server: StartedServer;
const by: Record<Named, Client> = {} as never;
let other: Client;
let colleague: Client;
let me: string;

beforeAll(async () => {
  server = await startDemonstration({ limits: { redemptionsPerMinute: 600 } });
  for (const role of Object.keys(server.codes) as Named[]) {
    by[role] = await Client.redeem(server.url, server.codes[role]);
  }
  other = await Client.redeem(server.url, await server.makeCode('contributor', 1));
  colleague = await Client.redeem(server.url, await server.makeCode('researcher', 1));
  const { handle } = (await by.researcher.call<{ handle: string }>('GET', '/api/session')).body;
  me = `researcher:${accountOf(handle)}`;
}, 120_000);
afterAll(async () => {
  await server?.stop();
  clearFolders();
});

const release = async (client = by.contributor): Promise<string> => {
  const recording = await makeRecording(server.about as About);
  expect((await client.upload(recording)).status).toBe(200);
  return recording.manifest.id;
};
let drawn = 0;
const built = async (recordings: string[], rest: { name?: string; version?: number; by?: string } = {}) => {
  const digest = (++drawn).toString(16).padStart(64, '0');
  await server.installation.releases.enter({
    ...{ release: digest, name: `set-${drawn}`, version: 1, purpose: 'model-training', grant: null, by: me },
    ...rest,
    recordings,
  });
  return digest;
};
const erase = (client: Client, ...recordings: string[]) =>
  client.call<{ erased: string[] }>('POST', '/api/my/recordings/erasure', { recordings });
const mine = async (client = by.contributor) =>
  (await client.call<MyLineage>('GET', '/api/my/lineage')).body.releases;
const held = async (client = by.researcher) => (await client.call<ShownLineage>('GET', '/api/releases')).body;
const enter = (client: Client, name: string, releases: string[], purpose = 'model-training') =>
  client.call<ShownModel>('POST', '/api/models', { name, purpose, releases });
const answer = (client: Client, digest: string, said: string) =>
  client.call<ShownRelease>('POST', `/api/releases/${digest}/answer`, { said });
const withdrawnInLog = async (digest: string): Promise<number> => {
  const { storage, size } = server.installation.inner.logs.uses;
  return (await storage.entries(0, await size())).filter((bytes) => {
    const read = readUsesEntry(bytes);
    if (!read.ok || read.value.kind !== 'plain') return false;
    const { act } = read.value.use;
    return act.kind === 'dataset-withdrawn' && act.manifest === digest;
  }).length;
};

describe('the register of releases', () => {
  it('[LIN1, LIN2] enters a release once, and a name has each version once', async () => {
    const id = await release();
    const digest = await built([id], { name: 'twice' });
    const again = { release: digest, name: 'twice', version: 1, purpose: 'model-training', grant: null };
    await server.installation.releases.enter({ ...again, by: me, recordings: [id] });
    await expect(built([id], { name: 'twice' })).rejects.toMatchObject({ code: 'conflict' });
    await built([id], { name: 'twice', version: 2 });
    expect((await held()).releases.filter(({ name }) => name === 'twice')).toHaveLength(2);
    await expect(
      asOwner(server, `update dataset_release set purpose = 'model-testing' where release = '${digest}'`),
    ).rejects.toThrow(/is what it was/);
    await expect(asOwner(server, `delete from dataset_release where release = '${digest}'`)).rejects.toThrow(
      /stays in the register/,
    );
  });

  it('[LIN3, LIN5] tells each contributor of hers alone, and researcher and parties of no recording', async () => {
    const [hers, others] = [await release(), await release(other)];
    const digest = await built([hers, others]);
    expect((await mine()).find((one) => one.release === digest)).toMatchObject({
      recordings: [hers],
      withdrawn: false,
      deletion: 'not-asked',
    });
    expect((await mine(other)).find((one) => one.release === digest)?.recordings).toEqual([others]);
    for (const client of [by.researcher, by.representative, by.employer, by.dpo]) {
      const said = JSON.stringify(await held(client));
      expect(said).toContain(digest);
      for (const id of [hers, others]) expect(said).not.toContain(id);
    }
    expect((await by.operator.call('GET', '/api/releases')).status).toBe(403);
    expect((await by.contributor.call('GET', '/api/releases')).status).toBe(403);
    expect((await by.researcher.call('GET', '/api/my/lineage')).status).toBe(403);
    // Behind the route the wall of rows stands too (ACC32).
    const rows = await server.installation.inner.database.asContributor('nobody', (query) =>
      query('select 1 from release_recording'),
    );
    expect(rows).toEqual([]);
  });

  it('[LIN4] a recording that was erased while it was built supersedes it as it enters', async () => {
    const id = await release();
    await erase(by.contributor, id);
    const digest = await built([id]);
    await server.housekeeping();
    const [entry] = (await held()).releases.filter((one) => one.release === digest);
    expect(entry?.supersededOn).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(entry?.holders[0]?.toldOn).toMatch(/^\d{4}-\d\d-\d\d$/);
  });
});

describe('what an erasure does to releases', () => {
  it('[LIN10, LIN11, LIN12, LIN21] marks every release that holds it and no other, enters it once, tells holders', async () => {
    const [gone, stays] = [await release(), await release(other)];
    const [first, second, untouched] = [
      await built([gone, stays]),
      await built([gone]),
      await built([stays]),
    ];
    expect((await erase(by.contributor, gone)).body.erased).toEqual([gone]);
    await server.housekeeping();
    await server.housekeeping();
    const { releases } = await held();
    const of = (digest: string) => releases.find((one) => one.release === digest);
    for (const digest of [first, second]) {
      expect(of(digest)?.supersededOn).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(of(digest)?.holders).toMatchObject([{ own: true, said: null, isLate: false }]);
      expect(of(digest)?.holders[0]?.toldOn).toBe(of(digest)?.supersededOn);
      expect(await withdrawnInLog(digest)).toBe(1);
    }
    expect(of(untouched)?.supersededOn).toBeNull();
    expect(await withdrawnInLog(untouched)).toBe(0);
    expect((await mine()).find((one) => one.release === first)).toMatchObject({
      recordings: [],
      withdrawn: true,
      deletion: 'waits',
    });
    expect((await mine(other)).find((one) => one.release === first)).toMatchObject({ withdrawn: false });
  });

  it('[LIN5] she is told which later releases of the name hold nothing of hers', async () => {
    const [gone, stays, kept] = [await release(), await release(other), await release()];
    await built([gone, stays], { name: 'series', version: 1 });
    await built([stays, kept], { name: 'series', version: 2 });
    await erase(by.contributor, gone);
    await built([stays], { name: 'series', version: 4 });
    const series = (await mine()).filter(({ name }) => name === 'series');
    const today = new Date().toISOString().slice(0, 10);
    expect(series.map(({ version, without }) => [version, without])).toEqual([
      [2, [{ version: 4, builtOn: today }]],
      [1, [{ version: 4, builtOn: today }]],
    ]);
  });

  it('[LIN13] a legal hold puts the mark off with the erasure', async () => {
    const id = await release();
    const digest = await built([id]);
    const wish = { reason: 'court-order', slice: { kind: 'recordings', recordings: [id] }, days: 5 };
    const hold = (await by.employer.call<ShownHold>('POST', '/api/holds', wish)).body;
    const parties = await demonstrationParties(server.installation.inner.folder?.keys ?? '');
    const say = async (kind: HoldStatement['kind'], role: 'employer' | 'representative') => {
      const note = await signHoldStatement({ kind, hold: hold.id, digest: hold.digest }, parties[role]);
      expect((await by[role].call('POST', `/api/holds/${hold.id}/notes`, note)).status).toBe(200);
    };
    await say('hold-approval', 'employer');
    await say('hold-approval', 'representative');
    const marked = async () =>
      (await held()).releases.find((one) => one.release === digest)?.supersededOn !== null;
    expect((await erase(by.contributor, id)).body.erased).toEqual([]);
    await server.housekeeping();
    expect(await marked()).toBe(false);
    await say('hold-end', 'representative');
    await server.housekeeping();
    expect(await marked()).toBe(true);
  });

  it('[LIN11] what a kill left between the mark and the telling is done at the next start', async () => {
    const id = await release();
    const digest = await built([id]);
    const { database } = server.installation.inner;
    // As a kill leaves it: the transaction is there and nothing after it; then one between the entry and the telling.
    await asOwner(
      server,
      `update dataset_release set superseded_on = current_date where release = '${digest}'`,
    );
    const day = () => '2026-11-23';
    const dies = {
      ...database,
      transaction: async () => {
        throw new Error('killed');
      },
    };
    await expect(announceSuperseded({ database: dies, uses: server.installation.uses, day })).rejects.toThrow(
      'killed',
    );
    expect((await held()).releases.find((one) => one.release === digest)?.holders[0]?.toldOn).toBeNull();
    expect(await server.installation.releases.announce()).toBe(1);
    expect((await held()).releases.find((one) => one.release === digest)?.holders[0]?.toldOn).not.toBeNull();
    expect(await withdrawnInLog(digest)).toBe(1);
  });

  it('[LIN5] whoever erases everything with the paper code leaves no list', async () => {
    const leaves = await Client.redeem(server.url, await server.makeCode('contributor', 1));
    const id = await release(leaves);
    const digest = await built([id]);
    const { handle } = (await leaves.call<{ handle: string }>('GET', '/api/session')).body;
    await erase(leaves, id);
    const { database } = server.installation.inner;
    const left = () => database.query('select 1 from withdrawn_from where contributor = $1', [handle]);
    expect(await left()).toHaveLength(1);
    await database.query(
      `insert into contributor (handle, eraser, nullifier, erased) values ($1, sha256('a'), sha256('b'), true)`,
      [handle],
    );
    await server.housekeeping();
    expect(await left()).toEqual([]);
    expect((await held()).releases.find((one) => one.release === digest)?.supersededOn).not.toBeNull();
  });
});

describe('models', () => {
  it('[LIN15, LIN17, LIN20] are entered once, make a holder, and show at the contributor', async () => {
    const id = await release();
    const digest = await built([id]);
    const { body, status } = await enter(colleague, 'clicker-1.0', [digest, digest]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'clicker-1.0', releases: [digest], own: true });
    expect((await enter(colleague, 'clicker-1.0', [digest])).body.id).toBe(body.id);
    expect((await enter(colleague, 'clicker-1.0', [await built([id])])).status).toBe(409);
    expect((await held(colleague)).releases.map((one) => one.release)).toContain(digest);
    expect((await mine()).find((one) => one.release === digest)?.models).toEqual([
      { name: 'clicker-1.0', purpose: 'model-training', enteredOn: body.enteredOn },
    ]);
    await expect(asOwner(server, `set role aboveboard_server; delete from trained_model`)).rejects.toThrow();
  });

  it('[LIN15, LIN16] are refused for another purpose, an unknown release, a name that is none, and other roles', async () => {
    const digest = await built([await release()]);
    const refused = await enter(by.researcher, 'm', [digest], 'model-testing');
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).toContain('LIN16');
    const unknown = await enter(by.researcher, 'm', [digest, 'f'.repeat(64)]);
    expect(JSON.stringify(unknown.body)).toContain('LIN15');
    const bad: [string, unknown][] = [
      ['no releases', []],
      ['not digests', ['x']],
      ['too many', Array.from({ length: 51 }, (_, i) => i.toString(16).padStart(64, '0'))],
      ['no list', digest],
    ];
    for (const [why, releases] of bad)
      expect([why, (await enter(by.researcher, 'm', releases as string[])).status]).toEqual([why, 400]);
    for (const name of ['', 'Ann Example', 'a'.repeat(65), '../m', 'm\n', '.m', 5 as never])
      expect([name, (await enter(by.researcher, name, [digest])).status]).toEqual([name, 400]);
    for (const role of ['contributor', 'operator', 'representative', 'dpo', 'employer'] as const)
      expect([role, (await enter(by[role], 'm', [digest])).status]).toEqual([role, 403]);
    expect((await held()).models.filter(({ name }) => name === 'm')).toEqual([]);
  });

  it('[LIN18, LIN21] may be entered on what is superseded, and who enters it is told at once', async () => {
    const id = await release();
    const digest = await built([id]);
    await erase(by.contributor, id);
    await server.housekeeping();
    expect((await enter(colleague, 'late-1', [digest])).status).toBe(200);
    const [entry] = (await held(colleague)).releases.filter((one) => one.release === digest);
    expect(entry?.holders.filter(({ own }) => own).every(({ toldOn }) => toldOn !== null)).toBe(true);
    expect((await mine()).find((one) => one.release === digest)?.models.map(({ name }) => name)).toEqual([
      'late-1',
    ]);
  });
});

describe('who holds a release', () => {
  it('[LIN22, LIN23] answers for herself, finally, and only when she was asked', async () => {
    const id = await release();
    const digest = await built([id]);
    await enter(colleague, 'answers-1', [digest]);
    expect((await answer(by.researcher, digest, 'deleted')).status).toBe(404);
    await erase(by.contributor, id);
    await server.housekeeping();
    expect((await answer(by.researcher, digest, 'not-yet')).body.holders).toMatchObject([
      { said: 'not-yet' },
    ]);
    expect((await answer(by.researcher, digest, 'deleted')).body.holders).toMatchObject([
      { said: 'deleted' },
    ]);
    expect((await answer(by.researcher, digest, 'deleted')).status).toBe(200);
    expect((await answer(by.researcher, digest, 'not-yet')).status).toBe(409);
    const lineage = async () => (await mine()).find((one) => one.release === digest)?.deletion;
    expect(await lineage()).toBe('waits');
    const seen = (await held(by.representative)).releases.find((one) => one.release === digest);
    expect(seen?.holders.map(({ said }) => said).sort()).toEqual(['deleted', null]);
    const stranger = await Client.redeem(server.url, await server.makeCode('researcher', 1));
    expect((await answer(stranger, digest, 'deleted')).status).toBe(404);
    expect((await answer(stranger, 'f'.repeat(64), 'deleted')).status).toBe(404);
    expect((await answer(by.representative, digest, 'deleted')).status).toBe(403);
    for (const said of ['', 'DELETED', null, 'kept'])
      expect((await answer(colleague, digest, said as string)).status).toBe(400);
    expect((await answer(colleague, digest, 'deleted')).status).toBe(200);
    expect(await lineage()).toBe('confirmed');
  });

  it('[LIN24] is late after 14 days, until she says that it is deleted', async () => {
    const id = await release();
    const digest = await built([id]);
    await erase(by.contributor, id);
    await server.housekeeping();
    const late = async () =>
      (await held()).releases.find((one) => one.release === digest)?.holders[0]?.isLate;
    const told = (days: number) =>
      asOwner(
        server,
        `update release_holder set told_on = (now() at time zone 'utc')::date - ${days} where release = '${digest}'`,
      );
    await told(14);
    expect(await late()).toBe(false);
    await told(15);
    const { releases } = checksOfMachine({
      ...{ database: server.installation.inner.database, root: '', url: null, frontPage: null },
      ...{ limitsFile: '', now: Date.now, vault: { backedUp: async () => 'with-keys' } },
    });
    expect([await late(), (await releases.check()).state]).toEqual([true, 'not-ok']);
    await answer(by.researcher, digest, 'not-yet');
    expect(await late()).toBe(true);
    await answer(by.researcher, digest, 'deleted');
    expect([await late(), (await releases.check()).state]).toEqual([false, 'ok']);
  });
});

describe('batches', () => {
  /** A release of so many people with a recording each, and the first of them, who withdraws. */
  async function cohort(people: number, shared: string[] = []) {
    const clients: Client[] = [];
    const ids: string[] = [];
    for (let i = 0; i < people; i++) {
      const client = await Client.redeem(server.url, await server.makeCode('contributor', 1));
      clients.push(client);
      ids.push(await release(client));
    }
    const digest = await built([...ids, ...shared]);
    return { clients, ids, digest };
  }
  const database = () => server.installation.inner.database;

  it('[LIN30, LIN34] waits for the first of the next month, and names releases and days alone', async () => {
    expect([closingDay('2026-11-23'), closingDay('2026-12-31'), closingDay('2026-02-01')]).toEqual([
      '2026-12-01',
      '2027-01-01',
      '2026-03-01',
    ]);
    const [gone, stays, free] = [await release(), await release(other), await release(other)];
    const digest = await built([gone, stays], { name: 'waits' });
    await erase(by.contributor, gone);
    const today = new Date().toISOString().slice(0, 10);
    const ask = (recordings: string[], day: string) =>
      takeable(database(), { recordings, today: day, atOnce: false });
    expect(await ask([stays, free], today)).toEqual({ waitsUntil: closingDay(today), recordings: null });
    expect(await ask([free], today)).toEqual({ waitsUntil: null, recordings: [free] });
    const shown = (await server.installation.releases.withdrawals()).find((one) => one.release === digest);
    expect(shown).toEqual({
      ...{ name: 'waits', version: 1, release: digest, supersededOn: today, closesOn: closingDay(today) },
    });
    expect(await ask([free], closingDay(today))).toEqual({ waitsUntil: null, recordings: [free] });
    expect(await server.installation.releases.withdrawals()).toContainEqual({ ...shown, closesOn: null });
  });

  it('[LIN31, LIN32, LIN33] nine others are drawn, once, for good, and for all releases that close together', async () => {
    const { clients, ids, digest } = await cohort(13);
    const [gone = '', ...rest] = ids;
    const second = await built(ids);
    await erase(clients[0] as Client, gone);
    const left = await server.installation.releases.takeable(ids);
    expect(left).toHaveLength(3);
    expect(left).not.toContain(gone);
    expect(await server.installation.releases.takeable(ids)).toEqual(left);
    const batches = await database().query('select closed from withdrawal_batch where release = any($1)', [
      [digest, second],
    ]);
    expect(batches).toEqual([{ closed: true }, { closed: true }]);
    // Another withdrawal in a later batch has nobody but these three to hide among: all are drawn.
    const next = clients[ids.indexOf(left[0] as string)] as Client;
    await erase(next, left[0] as string);
    expect(await server.installation.releases.takeable(rest)).toEqual([]);
    for (const client of clients.slice(1, 3)) expect(JSON.stringify(await mine(client))).not.toContain(gone);
  }, 60_000);
});
