import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ReleasedRecording } from '@aboveboard/protocol/installation';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type BackupOptions, makeBackup } from '../src/backup/make-backup.ts';
import type { MadeBackup } from '../src/backup/new-backup.ts';
import { type RestoreOptions, restoreBackup, verifyBackup } from '../src/backup/restore-backup.ts';
import { openDatabase } from '../src/database/database.ts';
import { startEmbedded } from '../src/database/embedded.ts';
import { type Migration, migrate, migrations } from '../src/database/migrate.ts';
import type { StartedServer } from '../src/start.ts';
import type { ChildWork } from './backup-child.ts';
import { blobPath, copyOf, failure, passable, treeOf } from './backup-copies.ts';
import { runChild } from './backup-kills.ts';
import { Client, makeRecording, type SealedRecording } from './device.ts';
import { startPostgres } from './postgres.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';

const CHILD = fileURLToPath(new URL('backup-child.ts', import.meta.url));

let server: StartedServer;
let contributor: Client;
let recording: SealedRecording;
const data = passable();
const to = temporaryFolder();
let made: MadeBackup;
let keys: MadeBackup;

const backup = (options: Partial<BackupOptions> = {}) =>
  makeBackup({ data, to, kind: 'data', keep: null, now: Date.now, ...options });
const restore = (options: Partial<RestoreOptions> = {}) =>
  restoreBackup({ from: made.folder, keys: keys.folder, data: join(passable(), 'new'), ...options });

// A restore starts a database, and some of these make several: only a runaway takes minutes.
vi.setConfig({ testTimeout: 240_000 });

beforeAll(async () => {
  server = await startDemonstration({ data });
  contributor = await Client.redeem(server.url, server.codes.contributor);
  recording = await makeRecording(server.about);
  expect((await contributor.upload(recording)).status).toBe(200);
  made = await backup();
  keys = await backup({ kind: 'keys' });
});
afterAll(async () => {
  await server.stop();
  clearFolders();
});

describe('verifying', () => {
  it('[BAK12] [BAK15] every fault is named at once, and a link is not followed', async () => {
    const copy = copyOf(made.folder);
    const [a, b, c] = recording.parts.map(blobPath) as [string, string, string];
    truncateSync(join(copy, a), 3);
    appendFileSync(join(copy, 'tables/part.copy'), 'x');
    rmSync(join(copy, b));
    rmSync(join(copy, c));
    symlinkSync(join(data, c), join(copy, c));
    writeFileSync(join(copy, 'extra'), '');
    const same = readFileSync(join(copy, 'tables/installation.copy'));
    same[0] = (same[0] as number) ^ 1;
    writeFileSync(join(copy, 'tables/installation.copy'), same);
    const { code, faults } = await failure(verifyBackup({ from: copy }));
    expect(code).toBe('faulty');
    for (const fault of [
      `${a}: has 3 bytes`,
      `${b}: is missing`,
      `${c}: is a link`,
      'extra: nobody',
      'tables/part.copy: has',
      'tables/installation.copy: its bytes',
    ])
      expect(faults.join('\n')).toContain(fault);
  });

  it('[BAK10] [BAK11] a folder without a whole manifest is no backup', async () => {
    const copy = copyOf(made.folder);
    const whole = readFileSync(join(copy, 'manifest'));
    for (const bytes of [
      whole.subarray(0, -1),
      whole.subarray(0, whole.length >> 1),
      Buffer.alloc(0),
      Buffer.concat([whole, whole]),
    ]) {
      writeFileSync(join(copy, 'manifest'), bytes);
      expect(await failure(verifyBackup({ from: copy }))).toMatchObject({ code: 'faulty' });
    }
    rmSync(join(copy, 'manifest'));
    expect((await failure(verifyBackup({ from: copy }))).message).toContain('has no manifest');
  });

  it.each([
    '../../outside',
    '/etc/passwd',
    'blobs/../../x',
    'keys/vault.age-identity',
    'agreement/../../x',
    'agreement/.hidden',
    'folder/a/b',
    'agreement\\x',
    'tables/recording.copy',
  ])('[BAK13] the path %s in a manifest is read by nobody', async (path) => {
    const copy = copyOf(made.folder, (manifest) => ({
      ...manifest,
      files: [...manifest.files, { path, bytes: 1, sha256: '0'.repeat(64) }],
    }));
    const { code, faults } = await failure(restore({ from: copy }));
    expect(code).toBe('faulty');
    expect(faults.join()).toContain(path === 'tables/recording.copy' ? 'twice' : 'no path of such a backup');
  });

  it('[BAK14] [BAK16] rows or logs that do not hold show in the test restore, though every digest is right', async () => {
    const within = passable();
    expect((await verifyBackup({ from: made.folder, within })).kind).toBe('data');
    const rewritten = forged('log_entry', (text) => {
      const lines = text.split('\n');
      return [
        ...lines.slice(0, 2),
        (lines[2] as string).replace(/\\\\x../, '\\\\xff'),
        ...lines.slice(3),
      ].join('\n');
    });
    const { code, faults } = await failure(verifyBackup({ from: rewritten, within }));
    expect(code).toBe('faulty');
    expect(faults.join()).toMatch(/^log (rules|uses): /);
    const fewer = forged('session', () => '');
    expect((await failure(verifyBackup({ from: fewer, within }))).faults.join()).toContain('session: 0 rows');
    const [part] = recording.parts.map(blobPath);
    const without = copyOf(made.folder, (manifest) => ({
      ...manifest,
      files: manifest.files.filter(({ path }) => path !== part),
    }));
    rmSync(join(without, part as string));
    expect((await failure(verifyBackup({ from: without, within }))).faults.join()).toContain(
      'a recording needs it',
    );
    expect(readdirSync(within)).toEqual([]);
    // What a killed trial left, its database that still runs included, the next one removes; nothing else.
    mkdirSync(join(within, 'aboveboard-restore-hers'));
    const trial = { work: 'verify', from: made.folder, within, killAt: 'loading the tables' } as const;
    expect((await runChild(trial, { temporary: within })).killed).toBe(true);
    expect(readdirSync(within)).toHaveLength(2);
    await failure(verifyBackup({ from: fewer, within }));
    expect(readdirSync(within)).toEqual(['aboveboard-restore-hers']);
  });
});

/** A backup with another table in it, and a manifest that agrees: what somebody could make who can write there. */
function forged(table: string, change: (text: string) => string): string {
  const path = `tables/${table}.copy`;
  const text = change(readFileSync(join(made.folder, path), 'utf8'));
  const copy = copyOf(made.folder, (manifest) => ({
    ...manifest,
    files: manifest.files.map((file) =>
      file.path === path
        ? { path, bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') }
        : file,
    ),
  }));
  writeFileSync(join(copy, path), text);
  return copy;
}

describe('restoring', () => {
  it('[BAK1] [BAK21] it is a server again: the recording, its parts and the logs', async () => {
    const before = treeOf(made.folder);
    const { data: again, schema } = await restore();
    expect(schema).toEqual({ was: migrations().length, is: migrations().length });
    expect(readdirSync(again)).not.toContain('.restoring');
    expect(treeOf(made.folder)).toEqual(before);
    const second = await startDemonstration({ data: again });
    try {
      const sizes = made.manifest.logs.map(({ name, size }) => [name, size]);
      for (const [name, size] of sizes) {
        const log = second.installation.inner.logs[name as 'rules' | 'uses'];
        expect(await log.size()).toBeGreaterThanOrEqual(size as number);
      }
      const researcher = await Client.redeem(second.url, second.codes.researcher);
      const { body } = await researcher.call<{ recordings: ReleasedRecording[] }>('GET', '/api/recordings');
      expect(body.recordings.map(({ id }) => id)).toContain(recording.manifest.id);
      for (const part of recording.parts)
        expect(readFileSync(join(again, blobPath(part)))).toEqual(Buffer.from(part));
    } finally {
      await second.stop();
    }
    const stopped = await makeBackup({
      data: again,
      to: temporaryFolder(),
      kind: 'data',
      keep: null,
      now: Date.now,
    });
    await verifyBackup({ from: stopped.folder });
    const third = await restore({ from: stopped.folder });
    expect(existsSync(join(third.data, 'server.lock'))).toBe(false);
  });

  it('[BAK20] only into a folder that is empty or not there, and into no backup', async () => {
    const parent = passable();
    const lived = join(parent, 'lived');
    mkdirSync(lived);
    writeFileSync(join(lived, 'hers'), 'kept');
    expect(await failure(restore({ data: lived }))).toMatchObject({ code: 'occupied' });
    expect(readdirSync(lived)).toEqual(['hers']);
    expect(await failure(restore({ data }))).toMatchObject({ code: 'occupied' });
    expect(await failure(restore({ data: join(made.folder, 'new') }))).toMatchObject({ code: 'occupied' });
    mkdirSync(join(parent, 'other.restoring'));
    writeFileSync(join(parent, 'other.restoring', 'hers'), 'kept');
    expect(await failure(restore({ data: join(parent, 'other') }))).toMatchObject({ code: 'occupied' });
    expect(readFileSync(join(parent, 'other.restoring', 'hers'), 'utf8')).toBe('kept');
  });

  it('[BAK21] [BAK22] refuses keys of others, other formats, and a newer schema, each by its name', async () => {
    const foreign = copyOf(keys.folder, (manifest) => ({ ...manifest, installation: 'f'.repeat(32) }));
    expect(await failure(restore({ keys: foreign }))).toMatchObject({ code: 'other-installation' });
    expect(await failure(restore({ keys: made.folder }))).toMatchObject({ code: 'faulty' });
    expect(await failure(restore({ from: keys.folder }))).toMatchObject({ code: 'faulty' });
    // Of this installation by its name, and not what its logs are signed with.
    const swapped = copyOf(keys.folder, (manifest) => ({
      ...manifest,
      files: manifest.files.map((file) => {
        const other = {
          'keys/rules.log-keys': 'keys/uses.log-keys',
          'keys/uses.log-keys': 'keys/rules.log-keys',
        }[file.path];
        const found = manifest.files.find(({ path }) => path === other);
        return found ? { ...found, path: file.path } : file;
      }),
    }));
    for (const [a, b] of [
      ['rules', 'uses'],
      ['uses', 'rules'],
    ])
      cpSync(join(keys.folder, `keys/${a}.log-keys`), join(swapped, `keys/${b}.log-keys`));
    expect((await failure(restore({ keys: swapped }))).faults.join()).toContain('keys: ');

    const newer = { version: 2 as 1 };
    expect(
      await failure(restore({ from: copyOf(made.folder, (one) => ({ ...one, ...newer })) })),
    ).toMatchObject({
      code: 'unknown-format',
    });
    const ahead = copyOf(made.folder, (one) => ({
      ...one,
      steps: [...one.steps, { number: one.steps.length + 1, name: 'later', digest: '0'.repeat(64) }],
    }));
    const refused = await failure(restore({ from: ahead }));
    expect(refused.code).toBe('newer-schema');
    expect(refused.message).toContain('newer than this software');
    const other = copyOf(made.folder, (one) => ({
      ...one,
      steps: one.steps.map((step) => ({ ...step, digest: '0'.repeat(64) })),
    }));
    expect((await failure(restore({ from: other }))).faults).toHaveLength(migrations().length);
  });

  it('[BAK24] a step that fails leaves no folder, and the backup as it was', async () => {
    const before = treeOf(made.folder);
    const broken: Migration = {
      number: migrations().length + 1,
      name: 'broken',
      sql: 'create table half (a int); select no_such();',
      digest: '0'.repeat(64),
    };
    const parent = passable();
    const steps = [...migrations(), broken];
    const { code, message } = await failure(restore({ data: join(parent, 'new'), steps }));
    expect(code).toBe('migration-failed');
    expect(message).toContain('no_such');
    expect(readdirSync(parent)).toEqual([]);
    expect(treeOf(made.folder)).toEqual(before);
  });

  it('[BAK25] [BAK31] killed at any moment it leaves its place as it was, and the next one clears up', async () => {
    const parent = passable();
    const place = join(parent, 'new');
    for (const moment of ['making the database', 'loading the tables', 'built']) {
      const work: ChildWork = {
        ...{ work: 'restore', from: made.folder, keys: keys.folder, data: place },
        ...{ hold: moment === 'built', killAt: moment === 'built' ? null : moment },
      };
      const child = spawn(process.execPath, [CHILD, JSON.stringify(work)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = new Promise((resolve) => child.once('exit', resolve));
      for await (const line of createInterface({ input: child.stdout })) if (line === moment) break;
      if (moment === 'built') expect(await failure(restore({ data: place }))).toMatchObject({ code: 'busy' });
      child.kill('SIGKILL');
      await gone;
      expect(readdirSync(parent)).toEqual(['new.restoring']);
    }
    await restore({ data: place });
    expect(readdirSync(parent)).toEqual(['new']);
    expect(existsSync(join(place, 'postgres', 'postmaster.pid'))).toBe(false);
  });

  /** Schemas that were released; a release adds its own, as in database.test.ts. */
  it.each([1])(
    '[BAK23] [BAK26] a backup of released schema %i is brought forward with its rows kept',
    async (number) => {
      const old = passable();
      const postgres = await startPostgres();
      const { database, url } = await postgres.fresh();
      try {
        await migrate(database, migrations().slice(0, number));
        await database.query(readFileSync(new URL(`./released/${number}.sql`, import.meta.url), 'utf8'));
        const sha256 = createHash('sha256').update('made up').digest('hex');
        await database.query(`update part set sha256 = decode($1, 'hex')`, [sha256]);
        mkdirSync(join(old, 'blobs', sha256.slice(0, 2)), { recursive: true });
        writeFileSync(join(old, 'blobs', sha256.slice(0, 2), sha256), 'made up');
        writeFileSync(join(old, 'folder-id'), `${'a'.repeat(32)}\n`);
        const from = await makeBackup({
          data: old,
          to: temporaryFolder(),
          kind: 'data',
          keep: null,
          databaseUrl: url,
          now: Date.now,
        });
        expect(from.manifest.steps).toHaveLength(number);
        mkdirSync(join(old, 'keys'), { recursive: true });
        writeFileSync(join(old, 'keys', 'made-up'), 'of a schema before the logs');
        const ofKeys = { data: old, to: temporaryFolder(), keep: null, databaseUrl: url, now: Date.now };
        expect((await makeBackup({ ...ofKeys, kind: 'keys' })).keyBackupDays).toBe(null);
        const before = await database.query('select id, week, events from recording order by id');
        const { data: again, schema } = await restore({ from: from.folder, keys: null });
        expect(schema).toEqual({ was: number, is: migrations().length });
        await restoredRows(again, async (restored) => {
          expect(await restored('select id, week, events from recording order by id')).toEqual(before);
          const entry = `insert into access_entry (entry, at, kind, by, recordings) values ('after', now(), 'dataset', 'r', '{a}')`;
          expect(await restored(`${entry} returning position`)).toEqual([{ position: 2 }]);
          expect(await restored('select count(*) as n from migration')).toEqual([{ n: migrations().length }]);
        });
      } finally {
        await postgres.stop();
      }
    },
  );
});

/** What stands in a restored folder that nobody starts. */
async function restoredRows(
  folder: string,
  look: (query: ReturnType<typeof openDatabase>['query']) => Promise<void>,
): Promise<void> {
  const postgres = await startEmbedded(join(folder, 'postgres'), () => undefined);
  const database = openDatabase(postgres.url, 1);
  try {
    await look(database.query);
  } finally {
    await database.close();
    await postgres.stop();
  }
}
