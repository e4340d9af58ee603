import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { walked } from '../src/backup/backup-files.ts';
import { lockBackups } from '../src/backup/backup-lock.ts';
import { keptBackups, removeOlder } from '../src/backup/kept-backups.ts';
import { type BackupOptions, makeBackup } from '../src/backup/make-backup.ts';
import type { MadeBackup } from '../src/backup/new-backup.ts';
import { type RestoreOptions, restoreBackup, verifyBackup } from '../src/backup/restore-backup.ts';
import { diskLayer, type FileLayer } from '../src/blobs/file-layer.ts';
import { eraseAgain } from '../src/recordings/erasure-again.ts';
import type { StartedServer } from '../src/start.ts';
import { blobPath, failure, passable, treeOf } from './backup-copies.ts';
import { backupsIn, faultsOfBackups, runChild, secretsOf, secretsOutside } from './backup-kills.ts';
import { Client, makeRecording, type SealedRecording } from './device.ts';
import { asOwner, clearFolders, startDemonstration, temporaryFolder } from './server.ts';

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
  it.each(['halves', 'vault.age-identity'])(
    '[BAK48] is not made of keys whose vault gets another identity while %s are copied',
    async (at) => {
      const path = join(data, 'keys', 'vault.age-identity');
      const before = readFileSync(path, 'utf8');
      let opened = 0;
      const create = async (name: string) => {
        const first = name.includes('/keys/') && opened++ === 0;
        if (at === 'halves' ? first : name.endsWith('/vault.age-identity'))
          writeFileSync(path, `${before}# another\n`);
        return diskLayer.create(name);
      };
      const into = temporaryFolder();
      const making = backup({ to: into, kind: 'keys', files: { ...diskLayer, create } });
      expect((await failure(making)).code).toBe('busy');
      writeFileSync(path, before);
      expect(readdirSync(into)).toEqual([]);
    },
  );

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
    // By the calendar: what is erased late on the first was promised to be in none after the second.
    const byDay = temporaryFolder();
    const late = await backup({ to: byDay, kind: 'keys', now: () => Date.UTC(2027, 0, 1, 23, 59) });
    const before = await keptBackups(byDay, late.manifest);
    const next = { folder: 'next', manifest: { ...late.manifest, madeAt: '2027-01-02T00:00:01.000Z' } };
    const removal = { keep: null, days: 1, now: Date.parse(next.manifest.madeAt) };
    expect(removeOlder([...before, next], { ...removal, days: 2 })).toEqual([]);
    expect(removeOlder([...before, next], removal)).toEqual([late.folder]);
    const known = kept[0] as (typeof kept)[number];
    expect(removeOlder([known], { keep: 1, days: 0, now: Date.UTC(2030, 0, 1) })).toEqual([]);
  });

  it('[BAK11] [BAK30] a full disk at any file is said as that, and leaves nothing', async () => {
    const folder = temporaryFolder();
    const earlier = await backup({ to: folder });
    const before = treeOf(folder);
    // A database at work is not twice of the same size: a full disk is told by which write or which file.
    const fullAt = (at: number | 'manifest'): FileLayer => {
      let writes = 0;
      return {
        ...diskLayer,
        async create(path) {
          const file = await diskLayer.create(path);
          const write = async (bytes: Uint8Array) => {
            if (writes++ === at || basename(path) === at)
              throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
            await file.write(bytes);
          };
          return { ...file, write };
        },
      };
    };
    for (const at of [0, 3, 12, 'manifest'] as const) {
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

  // More moments, at random and in greater number: backup-kills.slow.test.ts.
  it.each([
    ['data', 'created MAKING/tables/part.copy'],
    ['data', 'before the rename of MAKING'],
    ['data', 'removing'],
    ['keys', 'wrote MAKING/manifest'],
    ['keys', 'after the rename of MAKING'],
  ] as const)(
    '[BAK32] a backup of %s that is killed at "%s" leaves the earlier ones, nothing half, and no key elsewhere',
    async (kind, killAt) => {
      const root = temporaryFolder();
      const folder = join(root, kind);
      await backup({ to: folder, kind });
      const before = backupsIn(folder);
      const ended = await runChild(
        { work: 'backup', kind, data, to: folder, keep: 1, killAt },
        { temporary: root },
      );
      expect(ended.killed).toBe(true);
      expect(await faultsOfBackups(folder, before, 1)).toEqual([]);
      expect(secretsOutside(root, secretsOf(join(data, 'keys')), kind === 'keys' ? [folder] : [])).toEqual(
        [],
      );
      await backup({ to: folder, kind, keep: 1 });
      expect(readdirSync(folder)).toHaveLength(1);
    },
  );

  it('[BAK32] what is looked at after a kill finds each hole that is made for it', async () => {
    const root = temporaryFolder();
    const folder = join(root, 'of-keys');
    const secrets = secretsOf(join(data, 'keys'));
    const { folder: first } = await backup({ to: folder, kind: 'keys' });
    const before = backupsIn(folder);
    const found = async (of = before) => (await faultsOfBackups(folder, of, 9)).join();
    expect(await found()).toBe('');
    expect(secretsOutside(root, secrets, [folder])).toEqual([]);

    writeFileSync(join(root, 'forgotten'), readFileSync(join(data, 'keys', 'vault.age-identity')));
    expect(secretsOutside(root, secrets, [folder])).toEqual(['forgotten holds a key']);
    const half = join(folder, 'aboveboard-keys-half');
    mkdirSync(half, { mode: 0o755 });
    expect(await found()).toContain('half a backup counts as one');
    expect(await found()).toContain('can be read by others');
    rmSync(half, { recursive: true });
    renameSync(first, join(root, 'elsewhere'));
    expect(await found()).toContain('was to be kept');
    renameSync(join(root, 'elsewhere'), first);
    rmSync(join(first, 'keys', 'rules.log-keys'));
    expect(await found()).toContain('is not what it was');
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

it('[BAK46] what came back out of a backup of keys is destroyed once more when that is asked for', async () => {
  const passing = await makeRecording(server.about);
  expect((await contributor.upload(passing)).status).toBe(200);
  const half = createHash('sha256').update(passing.manifest.id).digest('hex');
  const copies = await backup({ to: temporaryFolder(), kind: 'keys' });
  await eraseOne(passing.manifest.id);
  const { vault, database } = server.installation.inner;
  expect(await vault.state(passing.manifest.id)).toBe('destroyed');
  copyFileSync(join(copies.folder, 'keys/halves', half), join(data, 'keys/halves', half));
  expect(await vault.state(passing.manifest.id)).toBe('held');
  await server.housekeeping();
  // Nothing says that it is back, so nobody asks by himself.
  expect(await vault.state(passing.manifest.id)).toBe('held');
  expect(await eraseAgain(database)).toBeGreaterThan(0);
  await server.housekeeping();
  expect(await vault.state(passing.manifest.id)).toBe('destroyed');
  expect(await database.query('select 1 from erasure where not finished')).toEqual([]);
});

async function eraseOne(id: string): Promise<void> {
  const answer = await contributor.call('POST', '/api/my/recordings/erasure', { recordings: [id] });
  expect(answer.status).toBe(200);
}
