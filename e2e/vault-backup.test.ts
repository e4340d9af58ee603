import { createHash, randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GivenVaultHalves, VaultRefusal } from '@aboveboard/protocol/vault-halves';
import { BackupError } from '@aboveboard/server/backup/backup-fault';
import { formatManifest, parseManifest } from '@aboveboard/server/backup/backup-manifest';
import { writeBackup } from '@aboveboard/server/backup/new-backup';
import { verifyBackup } from '@aboveboard/server/backup/restore-backup';
import { makeVaultBackup, type VaultBackupOptions } from '@aboveboard/server/backup/vault-backup';
import { restoreVault } from '@aboveboard/server/backup/vault-restore';
import { diskLayer } from '@aboveboard/server/blobs/file-layer';
import { noteDone } from '@aboveboard/server/controls/last-done';
import { ageIdentity } from '@aboveboard/server/keys/age-identity';
import { makeSocketVault } from '@aboveboard/server/keys/vault-socket';
import {
  identitiesAt,
  makeIdentity,
  resealAll,
  retireOlder,
} from '@aboveboard/server/vault/identity-rotation';
import { provedKeyDays } from '@aboveboard/server/vault/key-days';
import { takeRotationFolder } from '@aboveboard/server/vault/rotation-folder';
import { type StartedVault, startVault } from '@aboveboard/server/vault/start-vault';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { formatPolicy } from '@aboveboard/tlog/policy-file';
import { textSigner } from '@aboveboard/tlog/signer';
import { recipientOf } from '@aboveboard/vault/envelope';
import { sealHalves } from '@aboveboard/vault/half-envelope';
import { splitKey } from '@aboveboard/vault/key-half';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';
import { generateHybridIdentity } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64url, HalfInstallation, LABEL, type TestLog } from '../apps/guardian/test/half-fixture.ts';
import {
  backupsIn,
  faultsOfBackups,
  faultsOfModes,
  runChild,
  secretsOf,
  secretsOutside,
} from '../apps/server/test/backup-kills.ts';
import { askSocket } from './ask-socket.ts';
import { madeUpEnrolment } from './made-up-enrolment.ts';

/** A vault of its own with what it kept, and its backups; the server's logs are made up and right. */
const DAYS = 7;
let installation: HalfInstallation;
let root: string;
let data: string;
let to: string;
let vault: StartedVault;
let made: Awaited<ReturnType<typeof makeVaultBackup>>;
let erased: string;
let lost: Awaited<ReturnType<HalfInstallation['ask']>>;
const running: StartedVault[] = [];
const NO_DUMPS = 'Max core file size        0                    0                    bytes';
const random = (length: number) => new Uint8Array(randomBytes(length));
const elsewhere = await recipientOf(await generateHybridIdentity());
const now = () => installation.clock.now * 1000;
const keyDays = () => provedKeyDays(data, { origin: installation.address, now });
const backup = (change: Partial<VaultBackupOptions> = {}) =>
  makeVaultBackup({ data, to, keep: null, keyDays, now, ...change });

beforeAll(async () => {
  installation = await HalfInstallation.start({}, (agreement) => {
    agreement.retention.keyBackupDays = DAYS;
  });
  root = mkdtempSync(join(tmpdir(), 'aboveboard-vault-backup-'));
  [data, to] = [join(root, 'vault'), join(root, 'backups')];
  vault = await started(data);
  writeFileSync(join(data, 'enrolment.json'), enrolment());
  erased = await kept();
  await kept();
  lost = await installation.ask([await kept()]);
  made = await backup();
});
afterAll(async () => {
  for (const one of running) await one.stop();
  await installation.end();
  rmSync(root, { recursive: true, force: true });
});

async function started(folder: string): Promise<StartedVault> {
  const one = await startVault({
    data: folder,
    server: installation.address,
    socket: `${folder}.sock`,
    now: () => installation.clock.now,
    processLimits: NO_DUMPS,
  });
  running.push(one);
  return one;
}

function enrolment(): Uint8Array {
  const policy = (log: TestLog) => {
    const { logs, witnesses, groups, quorum } = installation.policy(log);
    return formatPolicy({ logs, witnesses: witnesses.map((one) => ({ ...one, url: null })), groups, quorum });
  };
  return madeUpEnrolment(installation.agreement, {
    guardian: installation.url,
    relay: { recipient: elsewhere, periodSeconds: 60 },
    policies: { rules: policy(installation.rules), uses: policy(installation.uses) },
  });
}

const ask = (path: string, body: object, of = vault) =>
  askSocket<Partial<GivenVaultHalves & VaultRefusal>>(of.socket, path, body);

async function kept(): Promise<string> {
  const id = base64url(random(16));
  const halves = splitKey(freshRecordingKey(random), random);
  const sealed = await sealHalves(id, halves, { vault: vault.recipient, guardian: elsewhere }, LABEL);
  expect((await ask('/vault/kept', await installation.keeping(id, sealed.vault))).status).toBe(204);
  return id;
}

const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(BackupError);
  return error as BackupError;
};

/** A copy of the backup in which one file was changed, and the manifest made anew to agree. */
function forged(path: string, bytes: Uint8Array): string {
  const copy = join(mkdtempSync(join(root, 'forged-')), 'copy');
  cpSync(made.folder, copy, { recursive: true });
  writeFileSync(join(copy, path), bytes);
  const manifest = parseManifest(readFileSync(join(copy, 'manifest')), copy);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const files = manifest.files.map((file) =>
    file.path === path ? { path, bytes: bytes.length, sha256 } : file,
  );
  writeFileSync(join(copy, 'manifest'), formatManifest({ ...manifest, files }));
  return copy;
}

describe('a backup of a vault of its own', () => {
  it('[BAK40] is made while it runs, holds its folder but the socket, and nobody else reads it', async () => {
    const paths = made.manifest.files.map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith('vault/halves/')).sort()).toEqual(
      ['enrolment.json', 'given.jsonl', 'vault.age-identity'].map((name) => `vault/${name}`),
    );
    expect(paths.filter((path) => path.startsWith('vault/halves/'))).toHaveLength(3);
    expect(statSync(made.folder).mode & 0o777).toBe(0o700);
    expect(faultsOfModes(to)).toEqual([]);
    expect((await verifyBackup({ from: made.folder })).kind).toBe('vault');
  });

  it('[BAK41] it dies on the day that was promised, by rules that the vault proves; without the server by what it proved last', async () => {
    expect([made.keyBackupDays, made.manifest.keyDays]).toEqual([DAYS, DAYS]);
    const folder = join(root, 'aging');
    const at = (day: number, hour: number) => () => Date.UTC(2027, 0, day, hour);
    const first = await backup({ to: folder, now: at(1, 23), keyDays });
    const second = await backup({ to: folder, now: at(2, 1), keyDays: async () => null });
    expect(second.keyBackupDays).toBe(DAYS);
    expect((await backup({ to: folder, now: at(7, 23), keyDays: async () => null })).removed).toEqual([]);
    // What was erased on the first was promised to be in none after the eighth: however early it is made.
    const eighth = await backup({ to: folder, now: at(8, 0), keyDays: async () => null });
    expect(eighth.removed).toEqual([first.folder]);
    expect(await keyDays()).toBe(DAYS);
    expect(await provedKeyDays(data, { origin: 'http://127.0.0.1:1', now })).toBe(null);
    const unknown = await failure(backup({ to: join(root, 'unproved'), keyDays: async () => null }));
    expect(unknown.code).toBe('rules-unknown');
    expect(readdirSync(join(root, 'unproved'))).toEqual([]);
    // Whoever changed the rules changes no days: they are proved under the policy of the enrolment.
    installation.speaks.rules = async (path, body) =>
      path === 'checkpoint' && body ? Buffer.concat([body, Buffer.from('x')]) : body;
    expect(await keyDays()).toBe(null);
    installation.speaks.rules = async (_, body) => body;
  });

  it('[BAK42] apart from a server’s backups, and of a vault alone', async () => {
    const beside = join(root, 'beside');
    mkdirSync(join(beside, 'aboveboard-data-20270101T000000000Z'), { recursive: true });
    expect((await failure(backup({ to: beside }))).code).toBe('occupied');
    expect(readdirSync(beside)).toHaveLength(1);
    const ofServer = { to, kind: 'data', installation: '0'.repeat(32), keep: null, now } as const;
    const fill = () => Promise.reject(new Error('something was written'));
    expect((await failure(writeBackup(ofServer, fill))).code).toBe('occupied');
    expect((await failure(backup({ to: join(data, 'backups') }))).code).toBe('occupied');
    const other = join(root, 'other');
    mkdirSync(other);
    expect((await failure(backup({ data: other }))).code).toBe('no-installation');
    cpSync(join(data, 'vault.age-identity'), join(other, 'vault.age-identity'));
    writeFileSync(join(other, 'folder-id'), `${'0'.repeat(32)}\n`);
    expect((await failure(backup({ data: other }))).message).toContain('a server');
    expect(readdirSync(other).sort()).toEqual(['folder-id', 'vault.age-identity']);
  });

  it('[BAK43] verifying opens each half: another’s, a damaged one, another identity’s are named, though every digest is right', async () => {
    const halves = made.manifest.files.map(({ path }) => path).filter((path) => path.includes('/halves/'));
    const [one, other] = halves as [string, string];
    const swapped = forged(one, readFileSync(join(made.folder, other)));
    expect((await failure(verifyBackup({ from: swapped }))).faults.join()).toContain(
      'the half of another recording',
    );
    const damaged = readFileSync(join(made.folder, one));
    damaged[damaged.length - 1] = (damaged.at(-1) as number) ^ 1;
    for (const bytes of [damaged, Buffer.alloc(0), Buffer.from([0, 0])])
      expect((await failure(verifyBackup({ from: forged(one, bytes) }))).faults).toHaveLength(1);
    const identity = `# another\n${await generateHybridIdentity()}\n`;
    const stranger = forged('vault/vault.age-identity', Buffer.from(identity));
    expect((await failure(verifyBackup({ from: stranger }))).faults).toHaveLength(3);
    expect((await failure(restoreVault({ from: stranger, data: join(root, 'no'), now }))).code).toBe(
      'faulty',
    );
    expect(existsSync(join(root, 'no'))).toBe(false);
  });

  it('[BAK47] [CTL16] the vault says to its server when it was backed up last', async () => {
    const signer = textSigner('example/uses', ed25519Key(new Uint8Array(32).fill(12)));
    const keeper = makeSocketVault(vault, [signer]);
    expect(await keeper.backedUp()).toBe(null);
    await noteDone(data, 'vault-backup', now());
    expect(await keeper.backedUp()).toBe(now());
  });
});

describe('a restored vault', () => {
  let again: StartedVault;
  const place = () => join(root, 'restored');

  it('[BAK44] is a vault again, in a folder that was not there', async () => {
    // After the backup: one is erased, and one access is used.
    expect((await ask('/vault/destroyed', await installation.destroying([erased]))).status).toBe(204);
    expect((await ask('/vault/given', lost.asked)).status).toBe(200);
    expect((await failure(restoreVault({ from: made.folder, data, now }))).code).toBe('occupied');
    const inside = join(made.folder, 'vault', 'new');
    expect((await failure(restoreVault({ from: made.folder, data: inside, now }))).code).toBe('occupied');
    expect(await restoreVault({ from: made.folder, data: place(), now })).toMatchObject({
      held: 3,
      destroyed: 0,
    });
    expect(existsSync(`${place()}.restoring`)).toBe(false);
    expect(statSync(place()).mode & 0o777).toBe(0o700);
    expect(faultsOfModes(place())).toEqual([]);
    again = await started(place());
    expect(again.recipient).toBe(vault.recipient);
    expect((await ask('/vault/held', { recording: lost.asked.recordings[0] }, again)).status).toBe(204);
  });

  it('[BAK45] gives nothing for what was entered before it was restored: one access stays for one job', async () => {
    const before = await ask('/vault/given', lost.asked, again);
    expect([before.status, before.body.error?.faults?.[0]?.rule]).toEqual([403, 'BAK45']);
    const id = lost.asked.recordings[0] as string;
    expect((await ask('/vault/given', (await installation.ask([id])).asked, again)).status).toBe(403);
    installation.clock.now += 301;
    const { asked } = await installation.ask([id]);
    expect((await ask('/vault/given', asked, again)).status).toBe(200);
    expect((await ask('/vault/given', lost.asked, again)).status).toBe(403);
  });

  it('[BAK45] seeded hole: without its line in the folder the lost access is given once more', async () => {
    const copy = join(root, 'forgetful');
    await restoreVault({ from: made.folder, data: copy, now });
    rmSync(join(copy, 'gives-from'));
    const forgetful = await started(copy);
    expect((await ask('/vault/given', lost.asked, forgetful)).status).toBe(200);
    const strange = join(root, 'strange');
    await restoreVault({ from: made.folder, data: strange, now });
    writeFileSync(join(strange, 'gives-from'), 'soon\n');
    await expect(started(strange)).rejects.toThrow('holds no time');
  });

  it('[BAK46] has what was destroyed since, until it is told again', async () => {
    expect((await ask('/vault/held', { recording: erased })).status).toBe(410);
    expect((await ask('/vault/held', { recording: erased }, again)).status).toBe(204);
    expect((await ask('/vault/destroyed', await installation.destroying([erased]), again)).status).toBe(204);
    expect((await ask('/vault/held', { recording: erased }, again)).status).toBe(410);
  });
});

describe('a vault with another identity', () => {
  it('[BAK48] [VLT109] its backups stay one row; an older one brings its halves and the identity that they are sealed to', async () => {
    const folder = join(root, 'rotated');
    const into = join(root, 'of-rotated');
    await restoreVault({ from: made.folder, data: folder, now });
    const at = (hour: number) => () => Date.UTC(2027, 5, 1, hour);
    const first = await backup({ data: folder, to: into, now: at(1) });
    const { place, release } = await takeRotationFolder(folder, at(2));
    await expect(started(folder)).rejects.toThrow('Another vault listens');
    const { recipient: next } = await makeIdentity(place);
    const between = await backup({ data: folder, to: into, now: at(3) });
    await resealAll(place);
    await retireOlder(place);
    release();
    const last = await backup({ data: folder, to: into, now: at(4), keep: 3 });
    expect(last.removed).toEqual([]);
    expect([between, last].map(({ manifest }) => manifest.installation)).toEqual(
      Array(2).fill(first.manifest.installation),
    );
    const found: [string, number][] = [];
    for (const { folder: from } of [first, between, last]) {
      expect((await verifyBackup({ from })).kind).toBe('vault');
      const data = `${from}-restored`;
      expect(await restoreVault({ from, data, now })).toMatchObject({ held: 3 });
      const { recipient, older } = await ageIdentity('vault', data, undefined);
      found.push([recipient, older.length]);
    }
    expect(found).toEqual([
      [vault.recipient, 0],
      [next, 1],
      [next, 0],
    ]);
    // The identity that is retired is in the backups of before, and in no later one.
    const secrets = secretsOf(data).filter((one) => one.includes('AGE-SECRET-KEY'));
    expect(secrets).toHaveLength(1);
    expect(secretsOutside(last.folder, secrets, [])).toEqual([]);
    expect(secretsOutside(first.folder, secrets, [])).toHaveLength(1);
  });

  it('[BAK48] halves that are sealed anew while they are copied are not backed up beside identities of before', async () => {
    const folder = join(root, 'rotated-meanwhile');
    await restoreVault({ from: made.folder, data: folder, now });
    let isChanged = false;
    const meanwhile = async () => {
      isChanged = true;
      const { place, release } = await takeRotationFolder(folder, now);
      await makeIdentity(place);
      await resealAll(place);
      release();
    };
    const create = async (path: string) => {
      if (path.includes('/halves/') && !isChanged) await meanwhile();
      return diskLayer.create(path);
    };
    const into = join(root, 'of-meanwhile');
    const files = { ...diskLayer, create };
    expect((await failure(backup({ data: folder, to: into, files }))).code).toBe('busy');
    expect(readdirSync(into)).toEqual([]);
    expect((await verifyBackup({ from: (await backup({ data: folder, to: into })).folder })).kind).toBe(
      'vault',
    );
  });

  it('[VLT107] over its socket, what is sealed to the one that is retired is refused as that', async () => {
    const folder = join(root, 'rotated');
    const rotated = await started(folder);
    expect(rotated.recipient).not.toBe(vault.recipient);
    const sent = async (to: string) => {
      const id = base64url(random(16));
      const halves = splitKey(freshRecordingKey(random), random);
      const sealed = await sealHalves(id, halves, { vault: to, guardian: elsewhere }, LABEL);
      return ask('/vault/checked', await installation.keeping(id, sealed.vault), rotated);
    };
    const late = await sent(vault.recipient);
    expect([late.status, late.body.error?.code]).toEqual([422, 'other-recipient']);
    expect((await sent(rotated.recipient)).status).toBe(204);
    expect((await identitiesAt({ folder, stores: [], now })).retired).toHaveLength(1);
  });
});

describe('killed by -9', () => {
  it.each(['wrote MAKING/vault/vault.age-identity', 'removing'])(
    '[BAK32] a backup of the vault, at "%s"',
    async (killAt) => {
      const place = mkdtempSync(join(root, 'killed-'));
      const folder = join(place, 'backups');
      await backup({ to: folder, now: Date.now });
      const before = backupsIn(folder);
      const work = { work: 'vault-backup', data, to: folder, keep: 1, keyDays: DAYS, killAt } as const;
      expect((await runChild(work, { temporary: place })).killed).toBe(true);
      expect(await faultsOfBackups(folder, before, 1)).toEqual([]);
      expect(secretsOutside(place, secretsOf(data), [folder])).toEqual([]);
      await backup({ to: folder, keep: 1, now: Date.now });
      expect(readdirSync(folder)).toHaveLength(1);
    },
  );

  it.each(['opening each half', 'it is in its place'])(
    '[BAK32] [BAK44] a restore of the vault, at "%s"',
    async (killAt) => {
      const parent = mkdtempSync(join(root, 'killed-'));
      const place = join(parent, 'new');
      const work = { work: 'vault-restore', from: made.folder, data: place, killAt } as const;
      expect((await runChild(work, { temporary: parent })).killed).toBe(true);
      expect(faultsOfModes(parent)).toEqual([]);
      if (killAt === 'it is in its place')
        expect((await failure(restoreVault({ from: made.folder, data: place, now }))).code).toBe('occupied');
      else {
        expect(readdirSync(parent)).toEqual(['new.restoring']);
        await restoreVault({ from: made.folder, data: place, now });
      }
      expect(readdirSync(parent)).toEqual(['new']);
      await started(place);
    },
  );
});
