import { HOLD_APPROVERS } from '@aboveboard/consent/hold';
import { type HoldStatement, signHoldStatement } from '@aboveboard/consent/hold-note';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { HoldWish, ShownHold } from '@aboveboard/protocol/holds';
import type { About, MyRecording } from '@aboveboard/protocol/installation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHeld } from '../src/holds/held.ts';
import { type DemonstrationParties, demonstrationParties } from '../src/keys/demonstration-parties.ts';
import { makeRulesLog } from '../src/logs/rules-log.ts';
import { erasureOf } from '../src/recordings/erasure-entry.ts';
import { makeRetentionSweep } from '../src/retention/retention-sweep.ts';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording } from './device.ts';
import { asOwner, clearFolders, startDemonstration } from './server.ts';

type Named = 'contributor' | 'researcher' | 'operator' | 'representative' | 'dpo' | 'employer';
type Erased = { erased: string[]; held: { id: string; until: string }[]; unknown: string[] };
let server: StartedServer;
let parties: DemonstrationParties;
const by: Record<Named, Client> = {} as never;
let other: Client;

beforeAll(async () => {
  server = await startDemonstration();
  parties = await demonstrationParties(server.installation.inner.folder?.keys ?? '');
  for (const role of Object.keys(server.codes) as Named[]) {
    by[role] = await Client.redeem(server.url, server.codes[role]);
  }
  other = await Client.redeem(server.url, await server.makeCode('contributor', 1));
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
const only = (...ids: string[]): HoldWish['slice'] => ({ kind: 'recordings', recordings: [...ids].sort() });
const asked = async (slice: HoldWish['slice'], days = 30) =>
  (await by.employer.call<ShownHold>('POST', '/api/holds', { reason: 'court-order', slice, days })).body;
const say = async (
  client: Client,
  hold: ShownHold,
  kind: HoldStatement['kind'],
  party: keyof DemonstrationParties,
) => {
  const note = await signHoldStatement({ kind, hold: hold.id, digest: hold.digest }, parties[party]);
  const answer = await fetch(`${server.url}/api/holds/${hold.id}/notes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/octet-stream' },
    body: note as Uint8Array<ArrayBuffer>,
  });
  return { status: answer.status, body: (await answer.json()) as ShownHold };
};
const held = async (slice: HoldWish['slice'], days?: number): Promise<ShownHold> => {
  const hold = await asked(slice, days);
  for (const role of HOLD_APPROVERS)
    await say(by[role as 'employer' | 'representative'], hold, 'hold-approval', role);
  return hold;
};
const lift = (hold: ShownHold) => say(by.representative, hold, 'hold-end', 'representative');
const erase = async (client: Client, ...recordings: string[]) =>
  (await client.call<Erased>('POST', '/api/my/recordings/erasure', { recordings })).body;
const mine = async (id: string, client = by.contributor) =>
  (await client.call<{ recordings: MyRecording[] }>('GET', '/api/my/recordings')).body.recordings.find(
    (one) => one.id === id,
  );
const vault = (id: string) => server.installation.inner.vault.state(id);
const isListed = async (id: string) =>
  (await by.researcher.call<{ recordings: { id: string }[] }>('GET', '/api/recordings')).body.recordings.some(
    (one) => one.id === id,
  );
const acts = async (): Promise<string[]> => {
  const { storage, size } = server.installation.inner.logs.uses;
  return (await storage.entries(0, await size())).flatMap((bytes) => {
    const read = readUsesEntry(bytes);
    return read.ok && read.value.kind === 'plain' ? [read.value.use.act.kind] : [];
  });
};
const age = (id: string, days: number) =>
  asOwner(
    server,
    `update recording set kept_since = (now() at time zone 'utc')::date - ${days} where id = '${id}'`,
  );

describe('a legal hold at the server', () => {
  it('[HLD21, HLD27] is asked by the employer, approved by both, stands in the log, and tells no number', async () => {
    const id = await release();
    const hold = await asked(only(id));
    expect(hold).toMatchObject({ state: 'waiting', waitsFor: ['employer', 'representative'], end: null });
    const first = await say(by.employer, hold, 'hold-approval', 'employer');
    expect(first.body).toMatchObject({ state: 'waiting', waitsFor: ['representative'] });
    expect((await mine(id))?.held).toBeUndefined();
    const done = await say(by.representative, hold, 'hold-approval', 'representative');
    expect(done.body).toMatchObject({ state: 'holds', approvedBy: ['employer', 'representative'] });
    expect((await acts()).slice(-2)).toEqual(['hold-asked', 'hold']);
    expect(await mine(id)).toMatchObject({
      state: 'released',
      held: { hold: hold.id, reason: 'court-order', by: ['employer', 'representative'], erasureWaits: false },
    });
    expect((await lift(hold)).body).toMatchObject({
      state: 'ended',
      end: { kind: 'ended', by: 'representative' },
    });
    expect((await acts()).at(-1)).toBe('hold-ended');
    expect((await mine(id))?.held).toBeUndefined();
  });

  it('[HLD12] nobody but the employer asks, nobody signs for another, and the officer approves nothing', async () => {
    const slice = only(await release());
    for (const role of ['contributor', 'researcher', 'operator', 'representative', 'dpo'] as const) {
      const { status } = await by[role].call('POST', '/api/holds', { reason: 'legal-claim', slice, days: 3 });
      expect([role, status]).toEqual([role, 403]);
    }
    for (const role of ['contributor', 'researcher', 'operator'] as const) {
      expect((await by[role].call('GET', '/api/holds')).status).toBe(403);
    }
    const hold = await asked(slice);
    expect((await say(by.employer, hold, 'hold-approval', 'representative')).status).toBe(422);
    expect((await say(by.dpo, hold, 'hold-approval', 'data-protection-officer')).status).toBe(403);
    expect((await say(by.dpo, hold, 'hold-end', 'data-protection-officer')).body.state).toBe('ended');
    expect((await say(by.representative, hold, 'hold-approval', 'representative')).status).toBe(409);
  });

  it('[HLD23, HLD26] her erasure is accepted and entered, waits, shows as waiting, and is carried out at the end', async () => {
    const [frozen, free] = [await release(), await release()];
    const hold = await held(only(frozen), 10);
    const before = (await acts()).filter((kind) => kind === 'deletion').length;
    const until = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
    expect(await erase(by.contributor, frozen, free)).toMatchObject({
      erased: [free],
      held: [{ id: frozen, until }],
      unknown: [],
    });
    expect([await vault(frozen), await vault(free)]).toEqual(['held', 'destroyed']);
    expect((await acts()).filter((kind) => kind === 'deletion').length).toBe(before + 2);
    expect((await mine(frozen))?.held).toMatchObject({ erasureWaits: true, until });
    expect(await isListed(frozen)).toBe(false);
    await server.housekeeping();
    expect(await vault(frozen)).toBe('held');
    // Asked again, nothing changes; another contributor is told nothing.
    expect((await erase(by.contributor, frozen)).held).toHaveLength(1);
    expect(await erase(other, frozen)).toMatchObject({ erased: [], held: [], unknown: [frozen] });
    await lift(hold);
    await server.housekeeping();
    expect([await vault(frozen), await mine(frozen)]).toEqual(['destroyed', undefined]);
    expect(await server.installation.inner.database.query('select 1 from held_erasure')).toEqual([]);
  });

  it('[HLD22] the sweep leaves what is held, takes the rest, raises no alarm, and takes it when the hold is over', async () => {
    const [frozen, over] = [await release(), await release()].sort() as [string, string];
    for (const id of [frozen, over]) await age(id, 4_000);
    const hold = await held(only(frozen));
    await server.housekeeping();
    expect([await vault(frozen), await vault(over)]).toEqual(['held', 'destroyed']);
    const alarm = await by.operator.call<{ alarm: string | null }>('GET', '/api/retention');
    expect(alarm.body.alarm).toBe(null);
    await lift(hold);
    await server.housekeeping();
    expect(await vault(frozen)).toBe('destroyed');
  });

  it('[HLD22] seeded hole: a sweep that does not look at holds takes what is held; an erasure by time does not', async () => {
    const id = await release();
    await age(id, 4_000);
    const hold = await held(only(id));
    const { inner } = server.installation;
    const rules = makeRulesLog(inner.logs.rules).state;
    const blind = { ...inner, held: { ...inner.held, of: async () => new Map() } };
    const sweep = (parts: typeof inner, erasing: typeof inner) =>
      makeRetentionSweep({
        ...parts,
        rules,
        erasure: erasureOf(erasing, { rules, onErased: () => undefined }),
        now: Date.now,
      }).run();
    // One of the two guards is enough.
    await expect(sweep(blind, inner)).rejects.toThrow('could not be erased');
    expect(await sweep(inner, blind)).toBe(0);
    expect(await vault(id)).toBe('held');
    expect(await sweep(blind, blind)).toBe(1);
    expect(await vault(id)).toBe('destroyed');
    await lift(hold);
  });

  it('[HLD24] opens under no grant, and opens again when the hold is over', async () => {
    const id = await release();
    const open = () =>
      by.researcher.call('POST', '/api/accesses', { purpose: 'inspection', recordings: [id] });
    expect((await open()).status).toBe(200);
    const hold = await held(only(id));
    expect((await open()).status).toBe(403);
    await lift(hold);
    expect((await open()).status).toBe(200);
  });

  it('[HLD14, HLD20] seeded hole: what is over, or approved by one, or of others’ recordings, holds nothing', async () => {
    const [id, another] = [await release(), await release()];
    const { database } = server.installation.inner;
    const rules = makeRulesLog(server.installation.inner.logs.rules).state;
    const at = (days: number) => makeHeld({ database, rules, now: () => Date.now() + days * 86_400_000 });
    const one = await asked(only(id));
    await say(by.employer, one, 'hold-approval', 'employer');
    expect((await at(0).of([id])).size).toBe(0);
    const hold = await held(only(another), 2);
    expect([...(await at(0).of([id, another])).keys()]).toEqual([another]);
    expect((await at(1.9).of([another])).size).toBe(1);
    expect((await at(2).of([another])).size).toBe(0);
    expect((await erase(by.contributor, id)).erased).toEqual([id]);
    await lift(hold);
  });

  it('[HLD21] seeded hole: a hold without its entry in the log holds nothing', async () => {
    const id = await release();
    const hold = await held(only(id));
    const { database } = server.installation.inner;
    const rules = makeRulesLog(server.installation.inner.logs.rules).state;
    const unlogged = {
      ...database,
      query: (async (text: string, values: unknown[]) =>
        (await database.query<object>(text, values)).map((row) =>
          'entry' in row ? { ...row, entry: null } : row,
        )) as typeof database.query,
    };
    expect((await makeHeld({ database: unlogged, rules, now: Date.now }).of([id])).size).toBe(0);
    expect((await makeHeld({ database, rules, now: Date.now }).of([id])).size).toBe(1);
    await lift(hold);
  });

  it('[HLD32] what the guardian does not keep is erased, whatever the server holds; one that is away is asked again', async () => {
    const [refused, away] = [await release(), await release()];
    const hold = await held(only(refused, away));
    const { inner } = server.installation;
    const { keeper } = inner;
    if (!keeper) throw new Error('a demonstration keeps the other half itself');
    const rules = makeRulesLog(inner.logs.rules).state;
    const handle = async (id: string) =>
      (
        await inner.database.query<{ contributor: string }>(
          'select contributor from upload where recording = $1',
          [id],
        )
      )[0]?.contributor as string;
    const erasure = (destroy: typeof keeper.destroy) =>
      erasureOf({ ...inner, keeper: { ...keeper, destroy } }, { rules, onErased: () => undefined });
    const keepsNothing = erasure(async ({ recordings }) =>
      keeper.destroy({ recordings, entry: new Uint8Array(), proof: new Uint8Array() }),
    );
    expect(await keepsNothing.erase(await handle(refused), [refused])).toMatchObject({
      erased: [refused],
      held: [],
    });
    expect(await vault(refused)).toBe('destroyed');

    const silent = erasure(() => Promise.reject(new Error('away')));
    expect((await silent.erase(await handle(away), [away])).held).toHaveLength(1);
    const shown = () =>
      inner.database.query<{ shown: boolean }>('select shown from held_erasure where recording = $1', [away]);
    expect(await shown()).toEqual([{ shown: false }]);
    await server.housekeeping();
    expect(await shown()).toEqual([{ shown: true }]);
    await lift(hold);
    await server.housekeeping();
    expect(await vault(away)).toBe('destroyed');
  });

  it('[HLD25] what is still being sent is not held', async () => {
    const recording = await makeRecording(server.about as About);
    await by.contributor.announce(recording.announcement);
    const { id } = recording.manifest;
    const hold = await held(only(id));
    expect(await erase(by.contributor, id)).toMatchObject({ erased: [id], held: [] });
    await lift(hold);
  });
});
