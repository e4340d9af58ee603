import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLog } from '@aboveboard/server/log';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-backup-'));
chmodSync(folder, 0o711);
const [data, to] = [join(folder, 'data'), join(folder, 'backups')];
let server: StartedServer;

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
