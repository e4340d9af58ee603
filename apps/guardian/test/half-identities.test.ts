import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQLInputValue } from 'node:sqlite';
import { signStatement } from '@aboveboard/consent/agreement-signing';
import { recipientOf } from '@aboveboard/vault/envelope';
import { sealHalves } from '@aboveboard/vault/half-envelope';
import { splitKey } from '@aboveboard/vault/key-half';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';
import { generateHybridIdentity } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GuardianClient } from '../pages/guardian-client.ts';
import { openHalfIdentities } from '../src/halves/half-identities.ts';
import { makeHalfJournal } from '../src/halves/half-journal.ts';
import type { HalvesState } from '../src/halves/halves.ts';
import { type GuardianStore, openGuardianStore, STEPS } from '../src/store.ts';
import { base64url, HalfInstallation, LABEL, PARTIES } from './half-fixture.ts';
import { representative } from './running-guardian.ts';

const root = mkdtempSync(join(tmpdir(), 'guardian-identities-'));
afterAll(() => rmSync(root, { recursive: true }));
const random = (n: number) => new Uint8Array(randomBytes(n));
const secretsIn = (store: GuardianStore) =>
  (
    store.prepare('select identity from half_identity where identity is not null order by id').all() as {
      identity: Uint8Array;
    }[]
  ).map(({ identity }) => Buffer.from(identity));
const bytesOf = (folder: string) =>
  Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));

const open = (store: GuardianStore, change: Partial<Parameters<typeof openHalfIdentities>[1]> = {}) =>
  openHalfIdentities(store, {
    journal: makeHalfJournal(store),
    lock: { isLocked: () => false },
    rules: { now: async () => null },
    namedByRules: async () => true,
    now: () => 1_795_000_000,
    ...change,
  });

describe('a guardian’s store', () => {
  it('[GRD80] of before keeps its identity as the first, and every line of its journal', async () => {
    const data = join(root, 'before');
    const before = openGuardianStore(data, STEPS.slice(0, 6));
    const identity = await generateHybridIdentity();
    before
      .prepare(`insert into setting (name, value) values ('half identity', ?)`)
      .run(Buffer.from(identity));
    const insert = before.prepare(
      `insert into half_journal (at, kind, recordings, entry, job, detail) values (?, 'given', 3, 'e', 'j', '{}')`,
    );
    for (const at of [5, 6]) insert.run(at);
    before.close();
    const store = openGuardianStore(data);
    const identities = await open(store);
    expect(identities.recipient()).toBe(await recipientOf(identity));
    expect(identities.opening()).toEqual([identity]);
    expect(identities.shown()).toMatchObject([{ since: null, until: null, retired: null }]);
    expect(store.prepare(`select 1 from setting where name = 'half identity'`).get()).toBe(undefined);
    const journal = makeHalfJournal(store);
    expect(journal.newest(9).map(({ n, at, recordings }) => [n, at, recordings])).toEqual([
      [2, 6, 3],
      [1, 5, 3],
    ]);
    expect(journal.jobOf('e')).toBe('j');
    expect(() => store.exec('delete from half_journal')).toThrow('only added to');
    expect(() => store.exec('update half_journal set at = 0')).toThrow('only added to');
    store.close();
  });

  it('[GRD81] [GRD83] killed at each statement, each identity is there whole or retired, and the same again ends it', async () => {
    const data = join(root, 'killed');
    const store = openGuardianStore(data);
    const images: string[] = [];
    /** What a process that is killed now leaves on the disk. */
    const image = () => {
      const folder = join(root, `image-${images.length}`);
      mkdirSync(folder);
      for (const name of ['guardian.sqlite', 'guardian.sqlite-wal'])
        if (existsSync(join(data, name))) copyFileSync(join(data, name), join(folder, name));
      images.push(folder);
    };
    const watched = new Proxy(store, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name === 'exec')
          return (text: string) => {
            image();
            target.exec(text);
            image();
          };
        if (name === 'prepare')
          return (text: string) => {
            const statement = target.prepare(text);
            const run = statement.run.bind(statement);
            statement.run = ((...given: SQLInputValue[]) => {
              image();
              const done = run(...given);
              image();
              return done;
            }) as typeof statement.run;
            return statement;
          };
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const identities = await open(watched);
    const [first] = secretsIn(store) as [Buffer];
    await identities.make();
    const second = secretsIn(store)[1] as Buffer;
    await identities.retire();
    image();
    expect(bytesOf(data).includes(first)).toBe(false);
    store.close();
    expect(images.length).toBeGreaterThan(15);
    const states = new Set<string>();
    for (const folder of images) {
      const left = openGuardianStore(folder);
      const held = secretsIn(left);
      states.add(
        held.map((one) => (one.equals(first) ? 'first' : one.equals(second) ? 'second' : 'none')).join(),
      );
      const again = await open(left);
      if (!held.some((one) => one.equals(second))) await again.make();
      if (again.opening().length === 2) await again.retire();
      expect(again.opening()).toHaveLength(1);
      expect(
        makeHalfJournal(left)
          .newest(9)
          .filter(({ kind }) => kind === 'retired'),
      ).toHaveLength(1);
      left.close();
      expect(bytesOf(folder).includes(first)).toBe(false);
    }
    // Before the first there is none; never a moment without one afterwards.
    expect([...states].sort()).toEqual(['', 'first', 'first,second', 'second']);
  });

  it('[GRD82] [GRD84] what changes while the rules are asked counts: a lock, another identity', async () => {
    const store = openGuardianStore(join(root, 'meanwhile'));
    let isLocked = false;
    const parts = { lock: { isLocked: () => isLocked } };
    await (await open(store)).make();
    const slow = await open(store, {
      ...parts,
      namedByRules: async () => {
        isLocked = true;
        return true;
      },
    });
    await expect(slow.retire()).rejects.toThrow('is locked');
    isLocked = false;
    const rival = await open(store);
    const late = await open(store, {
      namedByRules: async () => {
        await rival.retire();
        await rival.make();
        return true;
      },
    });
    await expect(late.retire()).rejects.toThrow('changed meanwhile');
    expect(rival.opening()).toHaveLength(2);
    store.close();
  });
});

describe('another identity of a guardian that runs', () => {
  let of: HalfInstallation;
  let her: GuardianClient;
  let named = false;
  beforeAll(async () => {
    of = await HalfInstallation.start();
    her = await representative(of.url, of.setupLink);
  });
  afterAll(() => of.end());

  const desk = async (client = her): Promise<HalvesState> =>
    (await client.get<{ desk: { halves: HalvesState } }>('/representative')).desk.halves;
  const make = (client = her) => client.send('/representative/half-identity', {});
  const retire = (client = her) => client.send('/representative/half-identity/retired', {});
  const opens = async (id: string) => (await of.post('/halves/given', (await of.ask([id])).asked)).status;
  const recipientNow = async () => (await (await fetch(`${of.url}/halves/recipient`)).text()).trim();
  /** What a device sends that seals to this recipient. */
  async function sealedTo(recipient: string) {
    const id = base64url(random(16));
    const vault = await recipientOf(await generateHybridIdentity());
    const halves = splitKey(freshRecordingKey(random), random);
    const { guardian } = await sealHalves(id, halves, { vault, guardian: recipient }, LABEL);
    return { id, body: await of.keeping(id, guardian) };
  }
  async function say(recipient: string): Promise<void> {
    const statement = { kind: 'halves' as const, id: of.agreement.id, recipient };
    await of.rules.append(await signStatement(statement, PARTIES.representative));
    await of.cosign(of.rules);
    named = true;
  }

  let before: string;
  let kept: string;
  let erased: string;
  it('[GRD80] [GRD81] is made by her alone, beside the old one: envelopes for either are taken, and every half is given', async () => {
    before = await recipientNow();
    kept = (await of.release()).id;
    erased = (await of.release()).id;
    expect((await of.post('/halves/destroyed', await of.destroying([erased]))).status).toBe(204);
    expect((await of.post('/representative/half-identity', {})).status).toBe(403);
    const nobody = {
      method: 'POST',
      headers: { origin: of.url, 'content-type': 'application/json' },
      body: '{}',
    };
    expect((await fetch(`${of.url}/representative/half-identity`, nobody)).status).toBe(401);
    await make();
    const after = await recipientNow();
    expect(after).not.toBe(before);
    const state = await desk();
    expect(state.statement).toContain(after);
    expect(state.identities).toMatchObject([
      { until: null, retired: null },
      { since: null, until: of.clock.now, retired: null },
    ]);
    expect(state.lines[0]).toMatchObject({ kind: 'identity', detail: { by: 'representative' } });
    await expect(make()).rejects.toThrow('not retired yet');
    for (const recipient of [before, after]) {
      const { id, body } = await sealedTo(recipient);
      expect((await of.post('/halves', body)).status).toBe(204);
      expect(await opens(id)).toBe(200);
    }
    expect(await opens(kept)).toBe(200);
  });

  it('[GRD82] the older one is not retired before the rules name the newer, nor while they can not be proved', async () => {
    await expect(retire()).rejects.toThrow('do not name the new one yet');
    expect((await desk()).isNamed).toBe(false);
    of.speaks.rules = async () => null;
    await expect(retire()).rejects.toThrow('could not be checked');
    expect((await desk()).isNamed).toBe(null);
    of.speaks.rules = async (_, body) => body;
    expect((await desk()).identities.every(({ retired }) => retired === null)).toBe(true);
    const { body } = await sealedTo(before);
    expect((await of.post('/halves', body)).status).toBe(204);
  });

  it('[GRD84] locked, it makes and retires none', async () => {
    await say(await recipientNow());
    await her.send('/representative/lock', {});
    await expect(retire()).rejects.toThrow('is locked');
    await expect(make()).rejects.toThrow('is locked');
    expect((await desk()).identities).toHaveLength(2);
    await her.send('/representative/lock', {}, 'DELETE');
  });

  it('[GRD83] [GRD85] retired it is nowhere on the disk, and what is sealed to it is refused as that; the rest opens', async () => {
    expect(named).toBe(true);
    const late = await sealedTo(before);
    const secrets = await of.whileStopped(async () => {
      const store = openGuardianStore(of.data);
      const found = secretsIn(store);
      store.close();
      return found;
    });
    her = await representative(of.url, null);
    await retire();
    expect(bytesOf(of.data).includes(secrets[0] as Buffer)).toBe(false);
    expect(bytesOf(of.data).includes(secrets[1] as Buffer)).toBe(true);
    const refused = await of.post('/halves', late.body);
    expect([refused.status, refused.body.error?.code]).toEqual([422, 'other-recipient']);
    const broken = await of.keeping(late.id, random(64));
    expect((await of.post('/halves', broken)).body.error?.code).toBe('malformed');
    expect(await opens(kept)).toBe(200);
    const again = await sealedTo(await recipientNow());
    expect((await of.post('/halves', again.body)).status).toBe(204);
    expect(await opens(again.id)).toBe(200);
    await expect(retire()).rejects.toThrow('no older one');
    await of.restart();
    expect(await opens(kept)).toBe(200);
    her = await representative(of.url, null);
    const state = await desk();
    expect(state.isNamed).toBe(true);
    expect(state.identities[1]?.retired).toBe(of.clock.now);
    expect(state.lines.filter(({ kind }) => kind === 'retired')).toHaveLength(1);
    const slice = { kind: 'recordings' as const, recordings: [erased] };
    const { asked } = await of.ask([erased], { grant: await of.grant({ slice }) });
    expect((await of.post('/halves/given', asked)).body.missing).toEqual([erased]);
  });

  it('[GRD86] back from a backup of before it was made, it says that the rules name another than it has', async () => {
    const copy = join(root, 'copy.sqlite');
    const own = join(of.data, 'guardian.sqlite');
    await of.whileStopped(async () => copyFileSync(own, copy));
    her = await representative(of.url, null);
    const old = await recipientNow();
    const sizes = new Map(of.rules.sizes);
    await make();
    await say(await recipientNow());
    await of.whileStopped(async () => {
      copyFileSync(copy, own);
      // Its witness has forgotten too, and both of its keys are asked at one time.
      for (const [name, size] of sizes) of.rules.sizes.set(name, size);
    });
    her = await representative(of.url, null);
    const state = await desk();
    expect([state.recipient, state.isNamed]).toEqual([old, false]);
    expect(state.statement).toContain(old);
    expect(await opens(kept)).toBe(200);
  });
});

describe('a seeded hole', () => {
  it('[GRD82] without the look at the rules, what devices still seal to is gone', async () => {
    const of = await HalfInstallation.start({ halfChecks: { namedByRules: async () => true } });
    try {
      const followed = (await (await fetch(`${of.url}/halves/recipient`)).text()).trim();
      const her = await representative(of.url, of.setupLink);
      await her.send('/representative/half-identity', {});
      await her.send('/representative/half-identity/retired', {});
      const id = base64url(random(16));
      const vault = await recipientOf(await generateHybridIdentity());
      const halves = splitKey(freshRecordingKey(random), random);
      const { guardian } = await sealHalves(id, halves, { vault, guardian: followed }, LABEL);
      expect((await of.post('/halves', await of.keeping(id, guardian))).status).toBe(422);
    } finally {
      await of.end();
    }
  });
});
