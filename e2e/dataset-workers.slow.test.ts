import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { signGrantStatement } from '@aboveboard/consent/grant-note';
import { measuredInputs } from '@aboveboard/dataset/release/risk-refusals';
import type { StartedGuardian } from '@aboveboard/guardian/start';
import type { ShownGrant } from '@aboveboard/protocol/grants';
import { demonstrationParties } from '@aboveboard/server/keys/demonstration-parties';
import type { StartedServer } from '@aboveboard/server/start';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../apps/cli/src/program.ts';
import { planFrom } from '../apps/cli/src/release-making.ts';
import { releaseSources } from '../apps/cli/src/release-sources.ts';
import { quietRisk, releasedByPeople } from '../apps/cli/test/made-up-recordings.ts';
import { Client } from '../apps/server/test/device.ts';
import { releaseAll } from './released-people.ts';
import { enrolmentOf, startWithVault, type VaultProcess } from './vault-process.ts';

/** One build by one worker, by several, and by workers that are killed at any point: the same bytes. */
const PEOPLE = 24;
const ROUNDS = Number(process.env['ROUNDS'] ?? 4);
let root: string;
let data: string;
let vault: VaultProcess;
let server: StartedServer;
let guardian: StartedGuardian;
let researcher: Client;
let grant: ShownGrant;
const at = (...names: string[]) => join(root, ...names);
const others: ChildProcess[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'aboveboard-workers-'));
  chmodSync(root, 0o711);
  ({ data, vault, server, guardian } = await startWithVault(root));
  vault.put('enrolment.json', await enrolmentOf(data, server, guardian));
  await releaseAll(releasedByPeople(PEOPLE), {
    url: server.url,
    codeFor: () => server.makeCode('contributor', 1),
  });
  researcher = await Client.redeem(server.url, server.codes.researcher);
  const wish = {
    purpose: 'model-training',
    reading: ['dataset'],
    slice: { kind: 'tasks', cards: null, weeks: { from: '2026-W01', to: '2027-W52' } },
    days: 30,
  };
  grant = (await researcher.call<ShownGrant>('POST', '/api/grants', wish)).body;
  const signers = await demonstrationParties(join(data, 'keys'));
  for (const [role, party] of [
    ['representative', 'representative'],
    ['dpo', 'data-protection-officer'],
  ] as const) {
    const client = await Client.redeem(server.url, await server.makeCode(role, 1));
    const statement = { kind: 'grant-approval' as const, grant: grant.id, digest: grant.digest };
    const note = await signGrantStatement(statement, signers[party]);
    expect((await client.call('POST', `/api/grants/${grant.id}/notes`, note)).status).toBe(200);
  }
  const sources = await releaseSources(server.installation, grant.id);
  const { plan } = await planFrom(sources, new Uint8Array(32), { level: 'release' }, () => undefined);
  const report = { ...quietRisk(), inputs: await measuredInputs(plan, crypto.subtle) };
  writeFileSync(at('risk.json'), JSON.stringify(report));
}, 240_000);
afterAll(async () => {
  for (const child of others) child.kill('SIGKILL');
  await server?.stop();
  await guardian?.stop();
  await vault?.end();
  rmSync(root, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const stream = { write: (text: string) => (said += text) };
  const code = await makeProgram({ version: '1', stdout: stream, stderr: stream }).run([
    '--data',
    data,
    ...args,
  ]);
  return { code, said };
}

const build = (...more: string[]) =>
  run(
    ...[
      'dataset',
      'build',
      '--grant',
      grant.id,
      '--name',
      'one',
      '--release',
      '1',
      '--purpose',
      'model-training',
    ],
    ...['--risk', at('risk.json'), '--naming', '30', '--linking', '70'],
    ...['--out', at('one'), '--keys', at('one.keys'), ...more],
  );

function filesOf(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return new Map(
    names.map((one) => {
      const path = join(one.parentPath, one.name);
      return [path.slice(folder.length), readFileSync(path).toString('base64')] as const;
    }),
  );
}

/** Workers that this process started itself, by their ids. */
function workersHere(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1];
      const called = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return Number(parent) === process.pid && called.includes('worker\0--build') ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** The build begins again from its salt alone, so that it has to come to the same bytes. */
function again(): void {
  rmSync(at('one'), { recursive: true, force: true });
  rmSync(at('one.keys'), { force: true });
  cpSync(at('salt'), at('.one.building'), { recursive: true });
}

function keepSalt(): void {
  const task = readFileSync(at('.one.building', 'tasks.jsonl'), 'utf8').split('\n')[0];
  cpSync(at('.one.building'), at('salt'), { recursive: true });
  writeFileSync(at('salt', 'tasks.jsonl'), `${task}\n`);
}

describe('a build by workers', () => {
  let whole: Map<string, string>;
  let keys: string;

  it('[REL2] [REL90] is of one worker the bytes that it is of the command alone', async () => {
    const killed = new AbortController();
    const child = spawn(
      process.execPath,
      [
        join(import.meta.dirname, 'build-and-die.ts'),
        data,
        `task 2 of ${PEOPLE}`,
        JSON.stringify({
          ...{ name: 'one', version: 1, purpose: 'model-training', grant: grant.id },
          ...{ ask: { level: 'release', filter: {} }, risk: at('risk.json') },
          ...{
            threshold: { naming: 0.3, linking: 0.7 },
            out: at('one'),
            keys: at('one.keys'),
            browsers: null,
          },
        }),
      ],
      { stdio: 'ignore', signal: killed.signal },
    );
    expect(await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)))).toBe('SIGKILL');
    keepSalt();
    expect(await build()).toMatchObject({ code: 0 });
    whole = filesOf(at('one'));
    keys = readFileSync(at('one.keys'), 'utf8');
    again();
    const began = performance.now();
    expect(await build('--workers', '1')).toMatchObject({ code: 0 });
    console.log('one worker', performance.now() - began);
    expect(filesOf(at('one'))).toEqual(whole);
    expect(readFileSync(at('one.keys'), 'utf8')).toBe(keys);
  });

  it.each([2, 3])('[REL2] [REL90] is of %i workers the same', async (count) => {
    again();
    const began = performance.now();
    const { code, said } = await build('--workers', String(count));
    expect([code, said]).toEqual([0, expect.stringContaining(`${PEOPLE} tasks`)]);
    console.log(count, 'workers', performance.now() - began);
    expect(filesOf(at('one'))).toEqual(whole);
    expect(existsSync(at('.one.building'))).toBe(false);
  });

  it('[REL5] [REL92] is the same when workers are killed by -9 at any point', async () => {
    let kills = 0;
    for (let round = 0; round < ROUNDS; round++) {
      again();
      let over = false;
      const reaper = (async () => {
        while (!over) {
          await wait(400 + 900 * Math.random());
          const [pid] = workersHere().sort(() => Math.random() - 0.5);
          if (pid === undefined || over || kills >= 5 * (round + 1)) continue;
          process.kill(pid, 'SIGKILL');
          kills++;
        }
      })();
      const made = await build('--workers', '3');
      over = true;
      await reaper;
      expect([made.code, made.said]).toEqual([0, expect.stringContaining(`${PEOPLE} tasks`)]);
      expect(filesOf(at('one'))).toEqual(whole);
    }
    console.log('kills', kills);
    expect(kills).toBeGreaterThan(0);
  });
});
