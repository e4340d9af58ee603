import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { RulesState } from '@aboveboard/consent/rules-state';
import { CONTROLS, type ShownControls } from '@aboveboard/protocol/controls';
import { type GuardianWord, guardianWordText, parseWordQuestion } from '@aboveboard/protocol/guardian-word';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { formatNote, parseNote } from '@aboveboard/tlog/note';
import { signNote } from '@aboveboard/tlog/signed-note';
import { cosigner, type NoteSigner, textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Check, type Checks, ok, runChecks } from '../src/controls/check.ts';
import { checksOfMachine } from '../src/controls/checks-of-machine.ts';
import { openGuardianWatch } from '../src/controls/guardian-watch.ts';
import { lastDone, noteDone } from '../src/controls/last-done.ts';
import { text } from '../src/controls/messages/en.ts';
import { isEntryDue } from '../src/controls/probe-entry.ts';
import { type Known, waitingFor } from '../src/controls/waiting.ts';
import { makeWaits } from '../src/controls/waits.ts';
import { folderPaths } from '../src/data-folder.ts';
import type { StartedServer } from '../src/start.ts';
import { Client } from './device.ts';
import { asOwner, clearFolders, startDemonstration, temporaryFolder } from './server.ts';

const WITHIN = { backedUp: async () => 'with-keys' as const };
const NOW = Date.parse('2026-11-23T12:00:00Z');
const seed = (n: number) => new Uint8Array(32).fill(n);
const NAME = 'guardian/00112233445566aa';
const signs = textSigner(NAME, ed25519Key(seed(1)));
const cosigns = cosigner(NAME, ed25519Key(seed(1)), () => NOW / 1000);

/** A guardian that says what a test wants: the server must find out what it may believe. */
let say: (question: {
  asked: string;
  log: string;
}) => Promise<{ status?: number; body: Uint8Array | string }>;
let guardian: Server;
let server: StartedServer;
let data: string;
const clients: Record<string, Client> = {};

const fine = (asked: string, log: string): GuardianWord => ({
  ...{ log, asked, at: Math.floor(Date.now() / 1000), lockedBy: null },
  backup: Math.floor(Date.now() / 1000) - 86_400,
  probe: {
    at: Math.floor(Date.now() / 1000) - 60,
    tried: 400,
    unanswered: 0,
    found: 0,
    lacking: 0,
    doors: [],
  },
});
const signed = async (word: GuardianWord, by: NoteSigner = signs) => ({
  body: formatNote(await signNote(guardianWordText(word), [by])),
});
const saying = (change: Partial<GuardianWord>) => (asked: { asked: string; log: string }) =>
  signed({ ...fine(asked.asked, asked.log), ...change });

async function shown(role = 'representative'): Promise<ShownControls> {
  const { status, body } = await (clients[role] as Client).call<ShownControls>('GET', '/api/controls');
  expect(status).toBe(200);
  return body;
}
async function control(name: string) {
  const found = (await shown()).controls.find((one) => one.name === name);
  if (!found) throw new Error(`no control ${name}`);
  return found;
}

beforeAll(async () => {
  guardian = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', async () => {
      if (request.url !== '/word') return response.writeHead(404).end();
      const note = parseNote(new Uint8Array(Buffer.concat(pieces)));
      const asked = note.ok ? parseWordQuestion(note.value.text) : null;
      const log = note.ok ? (note.value.signatures[0]?.name ?? '') : '';
      const answer = await say({ asked: asked ?? '', log }).catch(() => null);
      if (!answer) return request.socket.destroy();
      return response.writeHead(answer.status ?? 200).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => guardian.listen(0, '127.0.0.1', resolve));
  data = temporaryFolder();
  const address = `http://127.0.0.1:${(guardian.address() as AddressInfo).port}`;
  writeFileSync(join(data, 'guardian-address'), `${address}\n`);
  // The witness is known, and nothing waits for it: what it cosigns is tested elsewhere.
  const key = formatVerifierKey(cosigns.key);
  const other = formatVerifierKey(cosigner(NAME, ed25519Key(seed(2)), () => 0).key);
  writeFileSync(
    join(data, 'log-policy'),
    `witness guardian ${key} ${address}/witness\nwitness employer ${other} https://elsewhere.example/\nquorum none\n`,
  );
  say = saying({});
  server = await startDemonstration({ data });
  for (const [role, code] of Object.entries(server.codes))
    clients[role] = await Client.redeem(server.url, code);
});
beforeEach(() => {
  say = saying({});
});
afterAll(async () => {
  await server.stop();
  guardian.close();
  clearFolders();
});

describe('controls', () => {
  it('[CTL1] parties and operator see all of them with the moment of each check; nobody else sees any', async () => {
    for (const role of ['representative', 'dpo', 'employer', 'operator']) {
      const { controls } = await shown(role);
      expect(controls.map(({ name }) => name).sort()).toEqual([...CONTROLS].sort());
      for (const { checkedAt } of controls) expect(Date.now() - Date.parse(checkedAt)).toBeLessThan(60_000);
      // What is not in order stands first, and says what to do.
      const ranks = controls.map(({ state }) => ['not-ok', 'unchecked', 'ok'].indexOf(state));
      expect(ranks).toEqual([...ranks].sort());
      for (const { state, todo } of controls) expect(todo === null).toBe(state === 'ok');
    }
    for (const role of ['contributor', 'researcher'])
      expect((await (clients[role] as Client).call('GET', '/api/controls')).status).toBe(403);
    expect((await new Client(server.url).call('GET', '/api/controls')).status).toBe(401);
  });

  it('[CTL3] no sentence of a control holds a person, a recording, or a number of what people did', async () => {
    const { query } = server.installation.inner.database;
    const people = await query<{ handle: string }>('select handle from session');
    const { controls, waits } = await shown('operator');
    const said = JSON.stringify([controls, waits]);
    expect(people.length).toBeGreaterThan(0);
    for (const { handle } of people) expect(said).not.toContain(handle);
    // Ids are of 32 digits; a digest, a handle or a recording would be one of those.
    expect(said).not.toMatch(/[0-9a-f]{32}/);
    expect(said).not.toMatch(/\d+ (recordings|contributors|people|erasures|uploads)/);
  });

  it('[CTL2] a check that throws, or never answers, is never shown as in order', async () => {
    const every = (check: Check['check']) =>
      Object.fromEntries(CONTROLS.map((name) => [name, { agreed: 'x', check }])) as unknown as Checks;
    const parts = { now: () => NOW, patience: 20, unchecked: text.unchecked };
    for (const check of [
      () => Promise.reject(new Error('away')),
      () => new Promise<never>(() => undefined),
      (): never => {
        throw new Error('at once');
      },
    ]) {
      const states = (await runChecks(every(check), parts)).map(({ state }) => state);
      expect(new Set(states)).toEqual(new Set(['unchecked']));
    }
    expect(
      (
        await runChecks(
          every(async () => ok('x')),
          parts,
        )
      ).every(({ state }) => state === 'ok'),
    ).toBe(true);
  });

  it('[CTL15] the policy of pages is the server’s own answer to somebody who asks', async () => {
    expect((await control('page-policy')).state).toBe('ok');
    expect((await control('listening')).found).toBe(text.listening.loopback);
  });

  it('[CTL14] seeded hole: a table without its wall is found by asking the database', async () => {
    expect((await control('walls')).state).toBe('ok');
    await asOwner(server, 'alter table recording no force row level security');
    expect(await control('walls')).toMatchObject({ state: 'not-ok', found: text.walls.open(['recording']) });
    await asOwner(server, 'alter table recording force row level security');
    expect((await control('walls')).state).toBe('ok');
  });

  it('[CTL15] seeded holes: no TLS beyond this computer, a looser policy of pages, core dumps on, no sweep', async () => {
    const { database } = server.installation.inner;
    const limitsFile = join(temporaryFolder(), 'limits');
    const page = (policy: string) => async () =>
      new Response('', { headers: { 'content-security-policy': policy } });
    const strict = (await fetch(server.url)).headers.get('content-security-policy') ?? '';
    const checks = (url: string | null, policy: string | null, cores: string) => {
      writeFileSync(
        limitsFile,
        `Limit  Soft Limit  Hard Limit  Units\nMax core file size        ${cores}  unlimited  bytes\n`,
      );
      return checksOfMachine({
        ...{ database, root: data, vault: WITHIN, url, limitsFile, now: () => Date.now() + 3 * 86_400_000 },
        frontPage: policy === null ? null : page(policy),
      });
    };
    const good = checks('https://records.example', strict, '0');
    for (const name of ['listening', 'page-policy', 'core-dumps', 'durability'] as const)
      expect([name, (await good[name].check()).state]).toEqual([name, 'ok']);
    const bad = checks(
      'http://192.0.2.7:4870',
      strict.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
      'unlimited',
    );
    for (const name of ['listening', 'page-policy', 'core-dumps', 'retention'] as const)
      expect([name, (await bad[name].check()).state]).toEqual([name, 'not-ok']);
    await expect(checks(null, null, '0')['page-policy'].check()).rejects.toThrow();
    expect((await checks(null, null, '0').listening.check()).state).toBe('not-ok');
    writeFileSync(limitsFile, 'nothing of it');
    await expect(good['core-dumps'].check()).rejects.toThrow();
    const off = { query: async () => [{ fsync: 'off', pages: 'on', version: 180_000 }] } as never;
    const loose = checksOfMachine({
      database: off,
      root: data,
      vault: WITHIN,
      url: null,
      frontPage: null,
      limitsFile,
      now: Date.now,
    });
    expect((await loose.durability.check()).state).toBe('not-ok');
    const away = { query: async () => Promise.reject(new Error('gone')) } as never;
    const down = checksOfMachine({
      database: away,
      root: data,
      vault: WITHIN,
      url: null,
      frontPage: null,
      limitsFile,
      now: Date.now,
    });
    for (const name of ['durability', 'walls', 'retention', 'erasure-drill'] as const)
      await expect(down[name].check()).rejects.toThrow();
  });

  it('[CTL16] what somebody has to do again and again is in order until it is due, and never by a time to come', async () => {
    const { inner } = server.installation;
    const root = temporaryFolder();
    const at = (now: number) =>
      checksOfMachine({
        database: inner.database,
        root,
        vault: WITHIN,
        url: null,
        frontPage: null,
        limitsFile: '',
        now: () => now,
      })['data-backup'].check();
    expect((await at(NOW)).state).toBe('not-ok');
    expect(await lastDone(root, 'data-backup')).toBeNull();
    await noteDone(root, 'data-backup', NOW);
    expect((await at(NOW + 86_400_000)).state).toBe('ok');
    expect((await at(NOW + 3 * 86_400_000)).state).toBe('not-ok');
    expect((await at(NOW - 86_400_000)).state).toBe('not-ok');
    writeFileSync(join(root, 'last-done', 'data-backup'), 'yesterday\n');
    await expect(at(NOW)).rejects.toThrow();
  });

  it('[CTL16] [BAK47] a vault of its own says itself when it was backed up, and one within the server goes with its keys', async () => {
    const check = (backedUp: () => Promise<number | null | 'with-keys'>) =>
      checksOfMachine({
        ...{ database: server.installation.inner.database, root: data, vault: { backedUp }, url: null },
        ...{ frontPage: null, limitsFile: '', now: () => NOW },
      })['vault-backup'].check();
    const of = async (at: number | null | 'with-keys') => (await check(async () => at)).state;
    expect(await of('with-keys')).toBe('ok');
    expect([await of(NOW - 86_400_000), await of(NOW - 3 * 86_400_000)]).toEqual(['ok', 'not-ok']);
    expect([await of(null), await of(NOW + 86_400_000)]).toEqual(['not-ok', 'not-ok']);
    await expect(check(async () => Promise.reject(new Error('it does not answer')))).rejects.toThrow();
    expect(await control('vault-backup')).toMatchObject({ state: 'ok' });
  });

  it('[CTL11] logs that nobody witnesses are not in order', async () => {
    for (const name of ['rules-log', 'uses-log']) expect((await control(name)).found).toBe(text.log.nobody);
  });
});

describe('the word of the guardian', () => {
  it('[CTL20, CTL23] is asked when the page is, and shows lock and probe', async () => {
    expect([(await control('guardian')).state, (await control('probe')).state]).toEqual(['ok', 'ok']);
    say = saying({ lockedBy: 'representative' });
    expect(await control('guardian')).toMatchObject({
      state: 'not-ok',
      found: text.guardian.locked.representative,
    });
  });

  it('[CTL25] what opened, what gave no answer, a round that is late, and none at all are not in order', async () => {
    const now = Math.floor(Date.now() / 1000);
    const round = { at: now, tried: 400, unanswered: 0, found: 0, lacking: 0, doors: [] };
    for (const [probe, found] of [
      [{ ...round, found: 2, doors: ['GET /api/recordings'] }, 'GET /api/recordings'],
      [{ ...round, unanswered: 1 }, 'had no answer'],
      // A probe that can not be somebody did not find that nobody gets in (T14).
      [{ ...round, unanswered: 1, lacking: 1 }, 'one of the roles'],
      [{ ...round, unanswered: 6, lacking: 6 }, '6 of the roles'],
      [{ ...round, lacking: null }, 'does not say'],
      [{ ...round, at: now - 16 * 60 }, 'quarter of an hour'],
      [{ ...round, at: now + 3600 }, 'quarter of an hour'],
      [null, 'has not tried'],
    ] as const) {
      say = saying({ probe });
      const one = await control('probe');
      expect(one.state).toBe('not-ok');
      expect(one.found).toContain(found);
    }
  });

  it('[CTL22, CTL24] seeded lies: a word of another key, an older one, one about another log, none: unchecked', async () => {
    let older: { body: Uint8Array } | null = null;
    const other = textSigner(NAME, ed25519Key(seed(2)));
    const lies: (typeof say)[] = [
      async ({ asked, log }) => signed(fine(asked, log), other),
      async ({ asked, log }) => signed(fine(asked, log), textSigner('guardian/other', ed25519Key(seed(1)))),
      async ({ asked, log }) => {
        older ??= await signed(
          fine(
            asked.replace(/^./, (c) => (c === '0' ? '1' : '0')),
            log,
          ),
        );
        return older;
      },
      async ({ asked }) => signed(fine(asked, 'another/log')),
      async ({ asked, log }) => ({ body: guardianWordText(fine(asked, log)) }),
      async ({ asked, log }) => ({ status: 403, ...(await signed(fine(asked, log))) }),
      async () => ({ body: 'x'.repeat(100_000) }),
      async () => Promise.reject(new Error('silent')),
    ];
    for (const lie of lies) {
      say = lie;
      const { controls } = await shown();
      for (const name of ['guardian', 'probe'])
        expect(controls.find((one) => one.name === name)?.state).toBe('unchecked');
    }
  });

  it('[CTL27] is in the log of uses when it is another result, and once a day', async () => {
    const entered: unknown[] = [];
    const uses = { record: async (_: unknown, act: unknown) => ({ index: entered.push(act) }) };
    let now = NOW;
    const watch = await openGuardianWatch(folderPaths(data), {
      ...{ policy: server.installation.inner.policy, uses: uses as never, now: () => now },
      mayRun: () => undefined,
    });
    const heard = async (change: Partial<GuardianWord>) => {
      say = saying(change);
      await watch.round();
      return entered.length;
    };
    const found = { at: 1, tried: 400, unanswered: 0, found: 1, lacking: 0, doors: [] };
    expect([await heard({}), await heard({}), await heard({ probe: null })]).toEqual([1, 1, 1]);
    expect(await heard({ probe: found, lockedBy: 'probe' })).toBe(2);
    expect(entered.at(-1)).toMatchObject({ kind: 'probe', found: 1, locked: true });
    expect(await heard({ probe: found })).toBe(3);
    now += 86_400_000;
    expect([await heard({ probe: found }), await heard({ probe: found })]).toEqual([4, 4]);
    say = async () => Promise.reject(new Error('silent'));
    await expect(watch.round()).rejects.toThrow();
    const same = { at: 1, tried: 1, unanswered: 0, found: 0, locked: false, heard: NOW };
    expect(isEntryDue(same, { ...same, unanswered: 1 })).toBe(true);
    expect(isEntryDue(same, { ...same, tried: 2, heard: NOW + 1 })).toBe(false);
  });
});

describe('what waits', () => {
  const version = { version: 3, validity: { from: '2026-01-01T00:00:00Z', until: '2026-12-10T00:00:00Z' } };
  const known: Known = {
    rules: {
      standing: { inForce: true, version: { agreement: version } },
      pending: [{ version: 4, missing: ['representative'] }],
    } as unknown as RulesState,
    grants: [{ waitsFor: ['representative', 'employer'], answerBy: '2026-12-01' }],
    holds: [{ waitsFor: ['representative'], answerBy: '2026-11-30' }],
    lockedBy: 'probe',
    unfinishedErasure: true,
    due: { 'data-backup': null, 'keys-backup': NOW + 3 * 86_400_000 },
    now: NOW,
  };

  it('[CTL30] a vault that never answers holds nobody up: its backup counts as due', async () => {
    const inner = {
      ...server.installation.inner,
      vault: { backedUp: () => new Promise<never>(() => undefined) },
    };
    const waits = makeWaits({
      installation: { ...server.installation, inner } as unknown as typeof server.installation,
      ...{ paths: folderPaths(data), rules: async () => null, now: Date.now, patience: 50 },
    });
    const noWord = Promise.reject(new Error('no guardian'));
    noWord.catch(() => undefined);
    const shown = await waits({ role: 'operator', id: 'operator', steppedUp: false }, noWord);
    expect(shown.map(({ says }) => says)).toContain(text.waits.backup['vault-backup']);
  });

  it('[CTL30, CTL31] each party has its own, with the deadline and where it comes from, the nearest first', () => {
    const kinds = (party: Parameters<typeof waitingFor>[0], change: Partial<Known> = {}) =>
      waitingFor(party, { ...known, ...change }).map(({ kind, by }) => [kind, by]);
    expect(kinds('representative')).toEqual([
      ['lock', null],
      ['hold', '2026-11-30'],
      ['grant', '2026-12-01'],
      ['version', '2026-12-10'],
      ['expiry', '2026-12-10'],
    ]);
    expect(kinds('employer')).toEqual([
      ['grant', '2026-12-01'],
      ['expiry', '2026-12-10'],
    ]);
    expect(kinds('data-protection-officer', { now: NOW - 30 * 86_400_000 })).toEqual([]);
    expect(kinds(null)).toEqual([
      ['erasure', null],
      ['backup', null],
    ]);
    for (const wait of waitingFor('representative', known)) expect(wait.because.length).toBeGreaterThan(10);
  });
});
