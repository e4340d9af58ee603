import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ageIdentity } from '@aboveboard/server/keys/age-identity';
import { openKeyFiles } from '@aboveboard/server/keys/key-files';
import { makeLog } from '@aboveboard/server/log';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { recipientOf } from '@aboveboard/vault/envelope';
import { sealHalves } from '@aboveboard/vault/half-envelope';
import { makeHalfRing } from '@aboveboard/vault/half-ring';
import { splitKey } from '@aboveboard/vault/key-half';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';
import { generateHybridIdentity } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-backup-'));
chmodSync(folder, 0o711);
const [data, to] = [join(folder, 'data'), join(folder, 'backups')];
let server: StartedServer;
const random = (length: number) => new Uint8Array(randomBytes(length));
/** A recording that is erased, and whose half a backup of the vault holds. */
const gone = randomBytes(16).toString('base64url');

/** The command in this process: what it wrote and how it ended. */
async function run(...args: string[]) {
  const [out, err] = [[] as string[], [] as string[]];
  const program = makeProgram({
    version: '1.2.3',
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  const code = await program.run(args);
  return { code, out: out.join(''), err: err.join('') };
}

beforeAll(async () => {
  server = await startServer({ data, demo: true, port: 0, log: makeLog('silent') });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe('backup and restore', () => {
  it('[BAK1] [BAK15] backs up the server that runs, and verifies what it made', async () => {
    const said = await run('--data', data, 'backup', '--to', to, '--keep', '2');
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toContain('It holds no keys');
    const json = await run('--data', data, '--json', 'backup', '--keys', '--to', to);
    expect(JSON.parse(json.out)).toMatchObject({ kind: 'keys', rows: 0, removed: [], keyBackupDays: 0 });
    const [first] = readdirSync(to).filter((name) => name.startsWith('aboveboard-data-'));
    const verified = await run('--json', 'backup', 'verify', join(to, first as string));
    expect(verified).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(verified.out)).toMatchObject({ whole: true, faults: [], kind: 'data' });
    writeFileSync(join(to, first as string, 'extra'), '');
    const faulty = await run('--json', 'backup', 'verify', join(to, first as string));
    expect(faulty.code).toBe(1);
    expect(JSON.parse(faulty.out)).toMatchObject({
      whole: false,
      code: 'faulty',
      faults: ['extra: nobody backed this up'],
    });
    expect(faulty.err).toContain('extra');
    rmSync(join(to, first as string, 'extra'));
  });

  it('[BAK27] says what a restored log means, and does nothing without --yes', async () => {
    const [from] = readdirSync(to).filter((name) => name.startsWith('aboveboard-data-'));
    const place = join(folder, 'restored');
    const asked = ['--data', place, 'restore', '--from', join(to, from as string)];
    const unsaid = await run(...asked);
    expect(unsaid).toMatchObject({ code: 2, out: '' });
    expect(unsaid.err).toContain('signs a second history');
    expect(unsaid.err).toContain('listed again');
    expect(existsSync(place)).toBe(false);
    const done = await run(...asked, '--yes');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toMatch(/The log uses has \d+ entries/);
    expect(done.out).toContain('It has no keys');
    const over = await run(...asked, '--yes');
    expect(over.code).toBe(1);
    expect(over.err).toContain('is not empty');
    // What has no keys starts for nobody.
    await expect(startServer({ data: place, demo: true, port: 0, log: makeLog('silent') })).rejects.toThrow(
      'keys',
    );
  });

  it('[BAK28] the URL of a database of yours comes from a file that you alone read, never from the command line', async () => {
    const [from] = readdirSync(to).filter((name) => name.startsWith('aboveboard-data-'));
    const url = 'postgresql://owner:made-up-password@127.0.0.1:1/records';
    const place = join(folder, 'elsewhere');
    const restore = (file: string) =>
      run('--data', place, 'restore', '--from', join(to, from as string), '--yes', '--database', file);
    const verify = (file: string) => run('backup', 'verify', join(to, from as string), '--database', file);
    const file = join(folder, 'database-url');
    writeFileSync(file, `${url}\n`, { mode: 0o640 });
    for (const asked of [restore, verify]) {
      const [typed, read, none] = [await asked(url), await asked(file), await asked(join(folder, 'none'))];
      expect([typed.code, read.code, none.code]).toEqual([2, 1, 1]);
      expect(typed.err).toContain('DATABASE_URL');
      expect(read.err).toContain('chmod 600');
    }
    chmodSync(file, 0o600);
    for (const { code, out, err } of [await restore(file), await verify(file)]) {
      expect(code).toBe(1);
      expect(out + err).not.toContain('made-up-password');
    }
    writeFileSync(file, 'host=127.0.0.1');
    expect((await restore(file)).err).toContain('postgresql://...');
    expect(existsSync(place)).toBe(false);
    const ofVault = ['--data', place, 'restore', '--vault', '--from', to, '--yes', '--database', file];
    expect(await run(...ofVault)).toMatchObject({ code: 2 });
  });

  it('[BAK40] [BAK44] a vault of its own, by its user: made, verified, and put back only with --yes', async () => {
    const [vault, ofVault] = [join(folder, 'vault'), join(folder, 'of-vault')];
    mkdirSync(vault, { mode: 0o700 });
    const { identity, recipient } = await ageIdentity('vault', vault, undefined);
    const store = await openKeyFiles(join(vault, 'halves'), { owner: true });
    const halves = splitKey(freshRecordingKey(random), random);
    const recipients = { vault: recipient, guardian: await recipientOf(await generateHybridIdentity()) };
    const sealed = await sealHalves(gone, halves, recipients, { week: '2026-W47', card: null });
    await makeHalfRing({ store, identity }).keep(gone, sealed.vault);
    // From here on it takes the older of two identities to open that half (VLT102).
    expect(await run('--data', vault, 'halves', 'new')).toMatchObject({ code: 0, err: '' });
    const { out: shown } = await run('--data', vault, '--json', 'halves', 'show');
    expect(JSON.parse(shown)).toMatchObject({
      of: 'vault',
      identities: [{ until: null }, { recipient, since: null }],
      retired: [],
    });
    expect((await run('--data', folder, 'halves', 'show')).err).toContain('There is no vault');
    const said = await run('--data', vault, 'backup', '--vault', '--to', ofVault);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toContain('has kept nothing');
    expect(existsSync(join(vault, 'last-done', 'vault-backup'))).toBe(true);
    const from = join(ofVault, readdirSync(ofVault)[0] as string);
    expect((await run('backup', 'verify', from)).out).toContain('Each half in it was opened');
    const place = ['--data', join(folder, 'vault-again'), 'restore', '--vault', '--from', from];
    const unsaid = await run(...place);
    expect(unsaid).toMatchObject({ code: 2, out: '' });
    expect(unsaid.err).toContain('aboveboard erasure again');
    expect(await run(...place, '--yes')).toMatchObject({ code: 0, err: '' });
    expect((await run(...place, '--yes')).err).toContain('is not empty');
    const mixed = ['--data', vault, 'backup', '--vault', '--keys', '--to', ofVault];
    expect(await run(...mixed)).toMatchObject({ code: 2 });
    expect(await run('--data', data, 'backup', '--server', server.url, '--to', to)).toMatchObject({
      code: 2,
    });
    expect((await run('--data', data, 'backup', '--vault', '--to', ofVault)).err).toContain(
      'no vault of its own',
    );
  });

  it('[BAK46] [VLT76] [VLT109] the drill takes a backup as it is, of keys or of a vault with two identities, and erasures are asked for again', async () => {
    const { database } = server.installation.inner;
    await database.query('insert into erasure values ($1, true)', [gone]);
    const [keys] = readdirSync(to).filter((name) => name.startsWith('aboveboard-keys-'));
    const [ofVault] = readdirSync(join(folder, 'of-vault'));
    for (const [half, ...flags] of [
      [0, '--keys', join(to, keys as string)],
      [1, '--vault', join(folder, 'of-vault', ofVault as string)],
    ] as const) {
      const { out, code } = await run('--data', data, '--json', 'drill', 'erasure', ...flags);
      expect([code, JSON.parse(out)]).toEqual([
        0,
        { erased: 1, live: 0, vault: half, guardian: null, keys: 0 },
      ]);
    }
    expect((await run('--data', data, 'drill', 'erasure')).code).toBe(2);
    expect((await run('--data', data, 'drill', 'erasure', '--keys', to)).err).toContain('--vault');
    const again = await run('--data', data, '--json', 'erasure', 'again');
    expect([again.code, JSON.parse(again.out)]).toEqual([0, { asked: 1 }]);
    expect(await database.query('select finished from erasure')).toEqual([{ finished: false }]);
    await server.housekeeping();
    expect(await database.query('select finished from erasure')).toEqual([{ finished: true }]);
  });

  it('[BAK2] wrong usage and no installation are said as that', async () => {
    expect(await run('--data', data, 'backup')).toMatchObject({ code: 2 });
    expect(await run('--data', data, 'backup', '--to', to, '--keep', '0')).toMatchObject({ code: 2 });
    const nothing = join(folder, 'nothing');
    const absent = await run('--data', nothing, 'backup', '--to', to);
    expect(absent.code).toBe(1);
    expect(absent.err).toContain('There is no installation');
    expect(existsSync(nothing)).toBe(false);
    const inside = await run('--data', data, 'backup', '--to', join(data, 'backups'));
    expect(inside.code).toBe(1);
    expect((await run('backup', '--help')).out).toContain('never keys');
  });
});
