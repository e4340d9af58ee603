import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLog } from '@aboveboard/server/log';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

let folder: string;
let server: StartedServer;
let url: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aboveboard-probe-command-'));
  // As root, PostgreSQL runs as another user, who must get in.
  chmodSync(folder, 0o711);
  // More than one round a minute.
  const limits = { signInsPerMinuteOfAddress: 500 };
  server = await startServer({ data: at('data'), demo: true, port: 0, limits, log: makeLog('silent') });
  url = server.url.replace('127.0.0.1', 'localhost');
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

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
const saved = () => JSON.parse(readFileSync(at('session'), 'utf8')) as { accounts: { role: string }[] };

describe('aboveboard probe', () => {
  it('[IDN70, ACC70] makes accounts of invitations, keeps them for their owner alone, and tries the doors with them', async () => {
    const made = await run('--data', at('data'), 'staff', 'invite', '--probe');
    expect(made.out.trim().split('\n')).toHaveLength(6);
    writeFileSync(at('invitations'), made.out);
    const first = await run('probe', url, '--session', at('session'), '--invitations', at('invitations'));
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/tried +\d{3} times; 0 findings/);
    expect(statSync(at('session')).mode & 0o777).toBe(0o600);
    expect(saved().accounts.map(({ role }) => role)).toHaveLength(6);
    // What a passkey counted to is kept: it signs in again.
    expect((await run('probe', url, '--session', at('session'))).code).toBe(0);
    const again = await run('probe', url, '--session', at('session'), '--invitations', at('invitations'));
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('is there already')]);
    const spent = await run('probe', url, '--session', at('other'), '--invitations', at('invitations'));
    expect([spent.code, spent.err]).toEqual([1, expect.stringContaining('did not take')]);
  });

  it('[ACC73] says which role the server does not take any more, and fails', async () => {
    const accounts = await server.installation.inner.database.query<{ id: string }>(
      `delete from staff_account where role = 'operator' returning id`,
    );
    expect(accounts).toHaveLength(1);
    const { code, err } = await run('probe', url, '--session', at('session'));
    expect(code).toBe(1);
    expect(err).toContain('does not take what the file has for: operator');
  });

  it('[ACC70, ACC73] takes sessions of people too; one that is said to be another’s proves nothing', async () => {
    const answer = await fetch(`${url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: server.codes.researcher }),
    });
    const { token } = (await answer.json()) as { token: string };
    const write = (role: string) =>
      writeFileSync(at('people'), JSON.stringify({ accounts: [{ role, token }] }), { mode: 0o600 });
    write('researcher');
    expect((await run('probe', url, '--session', at('people'))).code).toBe(0);
    // Said to be somebody else's, it is nobody's: that is no proof of anything.
    write('employer');
    expect((await run('probe', url, '--session', at('people'))).err).toContain('employer');
  });

  it('[IDN64] a file that others can read, or of another form, is not used', async () => {
    chmodSync(at('session'), 0o640);
    const { code, err } = await run('probe', url, '--session', at('session'));
    expect([code, err]).toEqual([2, expect.stringContaining('chmod 600')]);
    const forms = [
      '',
      '[]',
      '{"accounts":{}}',
      '{"accounts":[null]}',
      '{"accounts":[{"role":"boss","token":"x"}]}',
    ];
    for (const text of [
      ...forms,
      '{"accounts":[{"role":"dpo","token":"short"}]}',
      '{"accounts":[{"role":"dpo"}]}',
    ]) {
      writeFileSync(at('form'), text, { mode: 0o600 });
      expect((await run('probe', url, '--session', at('form'))).code, text).toBe(2);
    }
    expect((await run('probe', url, '--session', at('missing'))).code).toBe(2);
    expect((await run('probe', url, '--invitations', at('invitations'))).code).toBe(2);
    expect((await run('staff', 'invite')).code).toBe(2);
    expect((await run('staff', 'invite', '--probe', '--role', 'dpo')).code).toBe(2);
  });
});
