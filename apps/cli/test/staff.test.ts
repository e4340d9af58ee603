import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLog } from '@aboveboard/server/log';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/commands.ts';
import { makeProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-staff-'));
const data = join(folder, 'data');
let server: StartedServer;

beforeAll(async () => {
  chmodSync(folder, 0o711);
  server = await startServer({ data, demo: false, port: 0, log: makeLog('silent') });
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
  const code = await program.run(['--json', '--data', data, ...args]);
  return { code, said: out.join(''), err: err.join('') };
}

/** Every command with those below it, and the options of each. */
function commandsOf(program: Command): { name: string; options: string[] }[] {
  return program.commands.flatMap((one) => [
    {
      name: one.name(),
      options: [...one.options.map(({ flags }) => flags), ...one.registeredArguments.map((of) => of.name())],
    },
    ...commandsOf(one),
  ]);
}

/** Options and arguments that would put a secret where every process list shows it. A file's name is none. */
function secretsTaken(program: Command): string[] {
  return commandsOf(program).flatMap(({ name, options }) =>
    options
      .filter(
        (of) =>
          /pass|secret|token|password|\bpin\b|invitation|\bcode\b|credential/i.test(of) &&
          !/<file>|<folder>/.test(of),
      )
      .map((of) => `${name} ${of}`),
  );
}

function wholeProgram(): Command {
  const program = new Command('aboveboard');
  for (const register of COMMANDS) register(program, {} as never);
  return program;
}

describe('the operator', () => {
  it('[IDN10, IDN53] invites, lists and ends, and has no command that signs in or recovers', async () => {
    const staff = wholeProgram().commands.find((one) => one.name() === 'staff');
    expect(staff?.commands.map((one) => one.name())).toEqual(['invite', 'list', 'end']);

    const invited = await run('staff', 'invite', '--role', 'dpo');
    expect(JSON.parse(invited.said)).toEqual({
      role: 'dpo',
      hours: 72,
      invitation: expect.stringMatching(/^([0-9A-Z]{4}-){6}[0-9A-Z]{2}$/),
    });
    expect((await run('staff', 'invite', '--role', 'contributor')).code).toBe(2);
    expect((await run('staff', 'invite', '--role', 'dpo', '--hours', '9999')).code).toBe(2);

    const id = 'A'.repeat(22);
    const { database } = server.installation.inner;
    await database.query(`insert into staff_account (id, role) values ($1, 'dpo')`, [id]);
    const listed = await run('staff', 'list');
    expect(JSON.parse(listed.said)).toMatchObject({
      accounts: [{ account: id, role: 'dpo', passkeys: 0, bound: false }],
    });
    const before = await server.installation.inner.logs.uses.size();
    expect((await run('staff', 'end', id)).code).toBe(0);
    expect(await database.query('select id from staff_account')).toEqual([]);
    expect(await server.installation.inner.logs.uses.size()).toBe(before + 1);
    const again = await run('staff', 'end', id);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('There is no such account')]);
  });

  it('[IDN5] makes no code to sign in with in a production installation', async () => {
    const { code, err } = await run('code', '--role', 'employer');
    expect([code, err]).toEqual([1, expect.stringContaining('staff invite')]);
    expect(await server.installation.inner.database.query('select hash from code')).toEqual([]);
  });
});

describe('secrets', () => {
  it('[IDN64] no option and no argument of any command takes one', () => {
    expect(commandsOf(wholeProgram()).length).toBeGreaterThan(20);
    expect(secretsTaken(wholeProgram())).toEqual([]);
  });

  it('[IDN64] seeded hole: one that did is found', () => {
    const program = wholeProgram();
    program.command('open').argument('<code>').option('--passphrase <text>', 'in the open');
    expect(secretsTaken(program)).toEqual(['open --passphrase <text>', 'open code']);
  });
});
