import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recipientOf } from '@aboveboard/vault/envelope';
import { sealHalves } from '@aboveboard/vault/half-envelope';
import { makeHalfRing } from '@aboveboard/vault/half-ring';
import { splitKey } from '@aboveboard/vault/key-half';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';
import { generateHybridIdentity } from 'age-encryption';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeBackup } from '../src/backup/make-backup.ts';
import type { MadeBackup } from '../src/backup/new-backup.ts';
import { restoreBackup } from '../src/backup/restore-backup.ts';
import { makeVaultBackup } from '../src/backup/vault-backup.ts';
import { restoreVault } from '../src/backup/vault-restore.ts';
import { openDatabase } from '../src/database/database.ts';
import { MIGRATION_LOCK } from '../src/database/migrate.ts';
import { onConnection } from '../src/database/one-connection.ts';
import { ageIdentity } from '../src/keys/age-identity.ts';
import { openKeyFiles } from '../src/keys/key-files.ts';
import type { StartedServer } from '../src/start.ts';
import type { ChildWork } from './backup-child.ts';
import { failure, passable, treeOf } from './backup-copies.ts';
import {
  backupsIn,
  type Ended,
  faultsOfBackups,
  faultsOfModes,
  faultsOfPlace,
  kindOf,
  runChild,
  secretsOf,
  secretsOutside,
} from './backup-kills.ts';
import { Client, makeRecording } from './device.ts';
import { seeded } from './forgetful-disk.ts';
import { startPostgres } from './postgres.ts';
import { clearFolders, startDemonstration } from './server.ts';

/** ABOVEBOARD_KILLS: how many kills of each; ABOVEBOARD_KILLS_REPORT: a file that gets the moments that were hit. */
const KILLS = Number(process.env['ABOVEBOARD_KILLS'] ?? 60);
const SEED = Number(process.env['ABOVEBOARD_KILLS_SEED'] ?? 1);
const report: Record<string, Record<string, number>> = {};

const root = passable();
const [data, temporary] = [join(root, 'data'), join(root, 'tmp')];
const ofKeys = join(root, 'of-keys');
const ofData = join(root, 'of-data');
let server: StartedServer;
let made: MadeBackup;
let keys: MadeBackup;
let secrets: Buffer[];

const backup = (kind: 'data' | 'keys', to: string, keep: number | null = null) =>
  makeBackup({ data, to, kind, keep, now: Date.now });

beforeAll(async () => {
  mkdirSync(temporary, { mode: 0o711 });
  server = await startDemonstration({ data });
  const contributor = await Client.redeem(server.url, server.codes.contributor);
  for (let i = 0; i < 3; i++)
    expect((await contributor.upload(await makeRecording(server.about))).status).toBe(200);
  made = await backup('data', ofData);
  keys = await backup('keys', ofKeys);
  secrets = secretsOf(join(data, 'keys'));
  expect(secrets.length).toBeGreaterThan(4);
});
afterAll(async () => {
  await server.stop();
  clearFolders();
  const file = process.env['ABOVEBOARD_KILLS_REPORT'];
  if (file)
    writeFileSync(file, `${JSON.stringify({ seed: SEED, kills: KILLS, moments: report }, null, 2)}\n`);
});

/**
 * Rounds until so many processes were killed: in turn at a moment that a whole run says, drawn from all kinds of them alike, and from outside at a time
 * drawn from as long as a whole run takes.
 */
async function killed(
  name: string,
  work: ChildWork,
  { before, after }: { before: () => Promise<void>; after: (ended: Ended) => Promise<void> },
): Promise<void> {
  const chance = seeded(SEED + Object.keys(report).length);
  const hit: Record<string, number> = {};
  report[name] = hit;
  await before();
  const whole = await runChild(work, { temporary });
  expect(whole.moments.at(-1)).toBe('done');
  await after(whole);
  const kinds = [
    ...Map.groupBy(whole.moments.slice(0, -1).entries(), ([, moment]) => kindOf(moment)).values(),
  ];
  const drawn = <T>(from: readonly T[]) => from[Math.floor(chance() * from.length)] as T;
  for (let kills = 0, round = 0; kills < KILLS; round++) {
    await before();
    const ended =
      round % 2 === 0
        ? await runChild({ ...work, killAt: drawn(drawn(kinds))[0] + 1 }, { temporary })
        : await runChild(work, {
            temporary,
            after: whole.first * 0.9 + chance() * (whole.took - whole.first * 0.9),
          });
    const last = kindOf(ended.moments.at(-1) ?? 'before anything');
    if (ended.killed) {
      kills++;
      hit[last] = (hit[last] ?? 0) + 1;
    }
    await after(ended).catch((cause: Error) => {
      throw new Error(`${name}, seed ${SEED}, round ${round}, at "${last}": ${cause.message}`, { cause });
    });
    expect(round, 'most rounds end before they are killed').toBeLessThan(4 * KILLS + 10);
  }
}

/** Keys are in the data folder, in their own backups, and in what is being restored; nowhere else, and nobody else reads them. */
const noKeyOutside = (allowed: readonly string[]) =>
  expect(secretsOutside(root, secrets, [join(data, 'keys'), ofKeys, ...allowed])).toEqual([]);

async function backupKills(name: string, kind: 'data' | 'keys'): Promise<void> {
  const to = join(root, 'killed');
  rmSync(to, { recursive: true, force: true });
  // Of keys the demonstration's agreement keeps no older ones.
  const keep = kind === 'data' ? 2 : 1;
  let earlier: Map<string, unknown>;
  await killed(
    name,
    { work: 'backup', kind, data, to, keep, killAt: null },
    {
      async before() {
        do await backup(kind, to, keep);
        while (backupsIn(to).size < keep);
        earlier = backupsIn(to);
        expect([...readdirSync(to)].filter((one) => !earlier.has(one))).toEqual([]);
      },
      async after({ killed: wasKilled }) {
        expect(await faultsOfBackups(to, earlier, keep)).toEqual([]);
        noKeyOutside(kind === 'keys' ? [to] : []);
        if (!wasKilled) expect(backupsIn(to).size).toBe(keep);
      },
    },
  );
}

it('[BAK32] a backup of data, beside the server that runs, killed at random moments', () =>
  backupKills('data', 'data'));

it('[BAK32] a backup of keys, beside the server that runs, killed at random moments', () =>
  backupKills('keys', 'keys'));

/** `elsewhere`: makes an empty database of somebody else's, and looks at one; null: the built-in one. */
async function restoreKills(
  name: string,
  elsewhere: { url: string; empty: () => Promise<void>; faults: () => Promise<string[]> } | null,
): Promise<void> {
  const place = join(root, 'new');
  rmSync(join(root, 'killed'), { recursive: true, force: true });
  const backups = [treeOf(made.folder), treeOf(keys.folder)];
  const manifests = [made.manifest, keys.manifest];
  const given = {
    ...{ from: made.folder, keys: keys.folder, data: place },
    databaseUrl: elsewhere?.url ?? null,
  };
  const faults = () => faultsOfPlace(place, manifests, elsewhere ? 'elsewhere' : 'built-in');
  await killed(
    name,
    { work: 'restore', ...given, hold: false, killAt: null },
    {
      async before() {
        rmSync(place, { recursive: true, force: true });
        await elsewhere?.empty();
      },
      async after() {
        expect(faults()).toEqual([]);
        expect((await elsewhere?.faults()) ?? []).toEqual([]);
        expect([treeOf(made.folder), treeOf(keys.folder)]).toEqual(backups);
        noKeyOutside([join(place, 'keys'), join(`${place}.restoring`, 'keys')]);
        for (const one of [place, `${place}.restoring`]) expect(faultsOfModes(join(one, 'keys'))).toEqual([]);
        if (readdirSync(root).includes('new')) {
          expect(await failure(restoreBackup(given))).toMatchObject({ code: 'occupied' });
          rmSync(place, { recursive: true });
          await elsewhere?.empty();
        }
        await restoreBackup(given);
        expect(faults()).toEqual([]);
        expect(readdirSync(root)).not.toContain('new.restoring');
      },
    },
  );
  rmSync(place, { recursive: true });
}

it('[BAK25] [BAK32] a restore, killed at random moments', () => restoreKills('restore', null));

it('[BAK29] [BAK32] a restore into a database of somebody else’s, killed at random moments', async () => {
  const postgres = await startPostgres();
  const main = openDatabase(postgres.postgres.url, 1);
  const url = postgres.postgres.url.replace('/postgres?', '/killed?');
  const empty = async () => {
    await main.query('drop database if exists killed with (force)');
    await main.query('create database killed');
  };
  const counts = new Map(made.manifest.tables.map(({ name, rows }) => [name, rows]));
  /** When nobody commits there any more: it is empty, or has each row. */
  const faults = () =>
    onConnection(url, async (client) => {
      await client.query('begin');
      await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      const { rows: tables } = await client.query<{ name: string }>(
        `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
      );
      if (tables.length === 0) return [];
      const found: string[] = [];
      for (const [name, rows] of counts) {
        const { rows: has } = await client.query<{ n: number }>(`select count(*) as n from ${name}`);
        if (has[0]?.n !== rows) found.push(`${name} has ${has[0]?.n} rows of ${rows}`);
      }
      return found;
    });
  try {
    await restoreKills('elsewhere', { url, empty, faults });
  } finally {
    await main.close();
    await postgres.stop();
  }
});

it('[BAK32] [BAK44] a backup of a vault of its own and a restore of it, killed at random moments', async () => {
  const [vault, to, place] = [join(root, 'vault'), join(root, 'killed'), join(root, 'new')];
  mkdirSync(vault, { mode: 0o700 });
  const { identity, recipient } = await ageIdentity('vault', vault, undefined);
  const guardian = await recipientOf(await generateHybridIdentity());
  const store = await openKeyFiles(join(vault, 'halves'), { owner: true });
  const ring = makeHalfRing({ store, identity });
  const random = (length: number) => new Uint8Array(randomBytes(length));
  for (let i = 0; i < 20; i++) {
    const id = randomBytes(16).toString('base64url');
    const halves = splitKey(freshRecordingKey(random), random);
    const label = { week: '2026-W47', card: null };
    await ring.keep(id, (await sealHalves(id, halves, { vault: recipient, guardian }, label)).vault);
  }
  const own = secretsOf(vault);
  const noHalfOutside = (allowed: readonly string[]) =>
    expect(secretsOutside(root, own, [vault, ...allowed])).toEqual([]);
  const now = Date.now;
  const again = () => makeVaultBackup({ data: vault, to, keep: 2, keyDays: async () => 7, now });
  rmSync(to, { recursive: true, force: true });
  let earlier: Map<string, unknown>;
  await killed(
    'vault backup',
    { work: 'vault-backup', data: vault, to, keep: 2, keyDays: 7, killAt: null },
    {
      async before() {
        do await again();
        while (backupsIn(to).size < 2);
        earlier = backupsIn(to);
        expect(readdirSync(to)).toHaveLength(2);
      },
      async after() {
        expect(await faultsOfBackups(to, earlier, 2)).toEqual([]);
        noHalfOutside([to]);
      },
    },
  );
  const { folder: from, manifest } = await again();
  const whole = treeOf(from);
  await killed(
    'vault restore',
    { work: 'vault-restore', from, data: place, killAt: null },
    {
      async before() {
        rmSync(place, { recursive: true, force: true });
      },
      async after() {
        const isThere = readdirSync(root).includes('new');
        if (isThere) {
          expect(await failure(restoreVault({ from, data: place, now }))).toMatchObject({ code: 'occupied' });
          rmSync(place, { recursive: true });
        }
        noHalfOutside([to, `${place}.restoring`]);
        expect(faultsOfModes(`${place}.restoring`)).toEqual([]);
        expect(treeOf(from)).toEqual(whole);
        const { held } = await restoreVault({ from, data: place, now });
        expect(held).toBe(20);
        const restored = new Map(treeOf(place).map(([path, digest]) => [path as string, digest as string]));
        for (const { path, sha256 } of manifest.files)
          expect(restored.get(path.replace(/^vault\//, ''))).toBe(sha256);
        expect(readdirSync(root)).not.toContain('new.restoring');
      },
    },
  );
  rmSync(place, { recursive: true });
});

it('[BAK32] a backup of a server that is stopped, killed at random moments; it starts afterwards', async () => {
  await server.stop();
  await backupKills('stopped', 'data');
  server = await startDemonstration({ data });
  const researcher = await Client.redeem(server.url, server.codes.researcher);
  const { body } = await researcher.call<{ recordings: unknown[] }>('GET', '/api/recordings');
  expect(body.recordings.length).toBeGreaterThanOrEqual(3);
});
