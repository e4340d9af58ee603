import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ReleasedRecording } from '@aboveboard/protocol/installation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackupError } from '../src/backup/backup-fault.ts';
import { walked } from '../src/backup/backup-files.ts';
import { lockBackups } from '../src/backup/backup-lock.ts';
import { type BackupManifest, formatManifest, parseManifest } from '../src/backup/backup-manifest.ts';
import { keptBackups, removeOlder } from '../src/backup/kept-backups.ts';
import { type BackupOptions, type MadeBackup, makeBackup } from '../src/backup/make-backup.ts';
import { type RestoreOptions, restoreBackup, verifyBackup } from '../src/backup/restore-backup.ts';
import { diskLayer, type FileLayer } from '../src/blobs/file-layer.ts';
import { openDatabase } from '../src/database/database.ts';
import { startEmbedded } from '../src/database/embedded.ts';
import { type Migration, migrate, migrations } from '../src/database/migrate.ts';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording, type SealedRecording } from './device.ts';
import { startPostgres } from './postgres.ts';
import { asOwner, clearFolders, startDemonstration, temporaryFolder } from './server.ts';

let server: StartedServer;
let contributor: Client;
let recording: SealedRecording;
const data = passable();
const to = temporaryFolder();
let made: MadeBackup;
let keys: MadeBackup;

/** A folder that PostgreSQL's user can pass. */
function passable(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o711);
  return folder;
}

const backup = (options: Partial<BackupOptions> = {}) =>
  makeBackup({ data, to, kind: 'data', keep: null, now: Date.now, ...options });
const restore = (options: Partial<RestoreOptions> = {}) =>
  restoreBackup({ from: made.folder, keys: keys.folder, data: join(passable(), 'new'), ...options });
/** What went wrong, and each fault of it. */
const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(BackupError);
  const { code, faults, message } = error as BackupError;
  return { code, faults, message };
};
const blobPath = (bytes: Uint8Array) => {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return `blobs/${sha256.slice(0, 2)}/${sha256}`;
};
/** A copy of a backup that a test may damage; what changes a manifest may make it anew, with its digest. */
function copyOf(
  folder: string,
  change: (manifest: BackupManifest) => BackupManifest = (same) => same,
): string {
  const copy = join(temporaryFolder(), 'copy');
  cpSync(folder, copy, { recursive: true });
  const manifest = parseManifest(readFileSync(join(copy, 'manifest')), copy);
  writeFileSync(join(copy, 'manifest'), formatManifest(change(manifest)));
  return copy;
}
const treeOf = (folder: string) =>
  [...walked(folder)].map(({ path, kind }) => [
    path,
    kind === 'file'
      ? createHash('sha256')
          .update(readFileSync(join(folder, path)))
          .digest('hex')
      : kind,
  ]);

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

describe('making', () => {
  it('[BAK2] [BAK7] data and keys are never in one, and nobody else reads either', () => {
    const inData = made.manifest.files.map(({ path }) => path);
    const inKeys = keys.manifest.files.map(({ path }) => path);
    expect(inData).toEqual(
      expect.arrayContaining(['folder/folder-id', 'agreement/agreement.json', 'tables/recording.copy']),
    );
    expect(inData).toEqual(expect.arrayContaining(recording.parts.map(blobPath)));
    expect(inData.filter((path) => path.startsWith('keys'))).toEqual([]);
    expect(inKeys).toEqual(expect.arrayContaining(['keys/rules.log-keys', 'keys/vault.age-identity']));
    expect(inKeys.filter((path) => !path.startsWith('keys/'))).toEqual([]);
    const secrets = [...walked(join(data, 'keys'))].map(({ path }) =>
      readFileSync(join(data, 'keys', path), 'utf8'),
    );
    for (const { path } of walked(made.folder))
      expect(secrets).not.toContain(readFileSync(join(made.folder, path), 'utf8'));
    for (const { folder } of [made, keys]) {
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      for (const { path } of walked(folder)) expect(statSync(join(folder, path)).mode & 0o777).toBe(0o600);
    }
  });

  it('[BAK4] what was erased while a backup was made is in none of its files', async () => {
    const passing = await makeRecording(server.about);
    expect((await contributor.upload(passing)).status).toBe(200);
    let snapshots = 0;
    const during = await backup({
      to: temporaryFolder(),
      onSnapshot: async () => {
        if (snapshots++ > 0) return;
        await eraseOne(passing.manifest.id);
      },
    });
    expect(snapshots).toBe(2);
    const paths = during.manifest.files.map(({ path }) => path);
    for (const part of passing.parts) expect(paths).not.toContain(blobPath(part));
    expect(readFileSync(join(during.folder, 'tables/recording.copy'), 'utf8')).not.toContain(
      passing.manifest.id,
    );
    await verifyBackup({ from: during.folder });
  });

  it('[BAK5] codes and staff’s sessions are not in it, contributors’ sessions are', () => {
    const rows = new Map(made.manifest.tables.map(({ name, rows }) => [name, rows]));
    for (const name of [
      'code',
      'device_handover',
      'staff_challenge',
      'staff_invitation',
      'staff_recovery',
      'staff_session',
    ])
      expect([name, rows.get(name)]).toEqual([name, 0]);
    expect(rows.get('session')).toBeGreaterThan(0);
    expect(readFileSync(join(made.folder, 'tables/code.copy'), 'utf8')).toBe('');
  });

  it('[BAK3] [BAK9] a table that nobody declared, or a damaged part, is named, and there is no new backup', async () => {
    const before = readdirSync(to);
    await asOwner(server, 'create table stray (a int)');
    expect(await failure(backup())).toMatchObject({ code: 'source-damaged', faults: ['stray'] });
    await asOwner(server, 'drop table stray');

    const [first, second] = recording.parts.map((part) => join(data, blobPath(part))) as [string, string];
    const [one, two] = [readFileSync(first), readFileSync(second)];
    // Not by rename: a backup before may be the same file.
    unlinkSync(first);
    writeFileSync(first, Buffer.concat([one, Buffer.from('x')]));
    unlinkSync(second);
    const { code, faults } = await failure(backup({ to: temporaryFolder() }));
    expect(code).toBe('source-damaged');
    expect(faults).toHaveLength(2);
    expect(faults.join()).toContain('not those that were received');
    expect(faults.join()).toContain('is missing');
    writeFileSync(first, one);
    writeFileSync(second, two);
    expect(readdirSync(to)).toEqual(before);
  });

  it('[BAK6] a part is shared with the backup before only while its bytes are still those', async () => {
    const again = temporaryFolder();
    const first = await backup({ to: again });
    const parts = recording.parts.map(blobPath);
    writeFileSync(join(first.folder, parts[0] as string), 'decayed');
    const second = await backup({ to: again });
    expect(second.shared).toBe(parts.length - 1);
    const inode = (folder: string, path: string) => statSync(join(folder, path)).ino;
    expect(inode(second.folder, parts[1] as string)).toBe(inode(first.folder, parts[1] as string));
    expect(inode(second.folder, parts[0] as string)).not.toBe(inode(first.folder, parts[0] as string));
    await verifyBackup({ from: second.folder });
  });

  it('[BAK8] older ones of the same kind go: more than are kept, and keys past their days', async () => {
    const folder = temporaryFolder();
    const at = (day: number) => () => Date.UTC(2027, 0, day);
    const names = (all: { folder: string }[]) => all.map((one) => one.folder);
    const copies = [];
    for (const day of [1, 5, 9]) copies.push(await backup({ to: folder, kind: 'keys', now: at(day) }));
    // The demonstration's agreement keeps no copies of keys.
    expect(copies.map(({ removed, keyBackupDays }) => [removed.length, keyBackupDays])).toEqual([
      [0, 0],
      [1, 0],
      [1, 0],
    ]);
    const one = await backup({ to: folder, now: at(1) });
    mkdirSync(join(folder, 'aboveboard-data-unfinished'));
    const two = await backup({ to: folder, now: at(2), keep: 1 });
    expect(two.removed).toEqual([one.folder]);
    const kept = await keptBackups(folder, { kind: 'keys', installation: keys.manifest.installation });
    expect(names(kept)).toEqual([copies[2]?.folder]);
    expect(existsSync(join(folder, 'aboveboard-data-unfinished'))).toBe(true);
    const known = kept[0] as (typeof kept)[number];
    expect(removeOlder([known], { keep: 1, days: 0, now: Date.UTC(2030, 0, 1) })).toEqual([]);
  });

  it('[BAK11] [BAK30] a full disk at any file is said as that, and leaves nothing', async () => {
    const folder = temporaryFolder();
    const earlier = await backup({ to: folder });
    const before = treeOf(folder);
    let writes = 0;
    const fullAt = (at: number): FileLayer => {
      writes = 0;
      return {
        ...diskLayer,
        async create(path) {
          const file = await diskLayer.create(path);
          const write = async (bytes: Uint8Array) => {
            if (writes++ === at) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
            await file.write(bytes);
          };
          return { ...file, write };
        },
      };
    };
    await backup({ to: temporaryFolder(), files: fullAt(Number.POSITIVE_INFINITY) });
    const last = writes - 1;
    for (const at of [0, 3, last >> 1, last]) {
      const elsewhere = temporaryFolder();
      expect(await failure(backup({ to: elsewhere, files: fullAt(at) }))).toMatchObject({
        code: 'disk-full',
      });
      expect(readdirSync(elsewhere)).toEqual([]);
    }
    expect(await failure(backup({ to: folder, files: fullAt(0) }))).toMatchObject({ code: 'disk-full' });
    for (const at of [0, 3]) {
      const parent = passable();
      const full = restore({ data: join(parent, 'new'), files: fullAt(at) });
      expect(await failure(full)).toMatchObject({ code: 'disk-full' });
      expect(readdirSync(parent)).toEqual([]);
    }
    expect(treeOf(folder)).toEqual(before);
    expect(existsSync(earlier.folder)).toBe(true);
  });

  it('[BAK31] of two at once one is told, and a lock whose process is gone holds nobody', async () => {
    const folder = temporaryFolder();
    const unlock = lockBackups(folder);
    expect(await failure(backup({ to: folder }))).toMatchObject({ code: 'busy' });
    unlock();
    writeFileSync(
      join(folder, '.backup.lock'),
      JSON.stringify({ pid: process.pid, started: 'another boot' }),
    );
    mkdirSync(join(folder, '.making-aboveboard-data-x'));
    await backup({ to: folder, kind: 'keys' });
    expect(readdirSync(folder)).toHaveLength(1);
  });
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
    const trials = () => readdirSync(tmpdir()).filter((name) => name.startsWith('aboveboard-restore-'));
    const before = trials();
    expect((await verifyBackup({ from: made.folder })).kind).toBe('data');
    const rewritten = forged('log_entry', (text) => {
      const lines = text.split('\n');
      return [
        ...lines.slice(0, 2),
        (lines[2] as string).replace(/\\\\x../, '\\\\xff'),
        ...lines.slice(3),
      ].join('\n');
    });
    const { code, faults } = await failure(verifyBackup({ from: rewritten }));
    expect(code).toBe('faulty');
    expect(faults.join()).toMatch(/^log (rules|uses): /);
    const fewer = forged('session', () => '');
    expect((await failure(verifyBackup({ from: fewer }))).faults.join()).toContain('session: 0 rows');
    const [part] = recording.parts.map(blobPath);
    const without = copyOf(made.folder, (manifest) => ({
      ...manifest,
      files: manifest.files.filter(({ path }) => path !== part),
    }));
    rmSync(join(without, part as string));
    expect((await failure(verifyBackup({ from: without }))).faults.join()).toContain('a recording needs it');
    expect(trials()).toEqual(before);
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

async function eraseOne(id: string): Promise<void> {
  const answer = await contributor.call('POST', '/api/my/recordings/erasure', { recordings: [id] });
  expect(answer.status).toBe(200);
}

describe('restoring', () => {
  it('[BAK1] [BAK21] [BAK26] it is a server again: the recording, the logs and the next numbers', async () => {
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
      const { database } = second.installation.inner;
      const insert = `insert into access_entry (entry, at, kind, by, recordings) values ($1, now(), 'dataset', 'r', '{a}') returning position`;
      expect(await database.query(insert, ['after'])).toHaveLength(1);
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
      const child = spawn(
        process.execPath,
        [fileURLToPath(new URL('backup-child.ts', import.meta.url)), made.folder, keys.folder, place],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
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
    '[BAK23] a backup of released schema %i is brought forward with its rows kept',
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
        const before = await database.query('select id, week, events from recording order by id');
        const { data: again, schema } = await restore({ from: from.folder, keys: null });
        expect(schema).toEqual({ was: number, is: migrations().length });
        await restoredRows(again, async (restored) => {
          expect(await restored('select id, week, events from recording order by id')).toEqual(before);
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
