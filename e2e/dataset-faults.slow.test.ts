import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShownBuild } from '../apps/cli/src/release-builds.ts';
import { BuildHouse } from './build-house.ts';

/** One build whose database is killed, whose disk is full, and that two commands plan at once: the same bytes, once. */
const PEOPLE = 24;
const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
let house: BuildHouse;
let whole: Map<string, string>;
let keys: string;
const at = (...names: string[]) => house.at(...names);
const build = (...more: string[]) => house.build('disk/one', { more });
const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

beforeAll(async () => {
  house = await BuildHouse.start(PEOPLE);
  mkdirSync(at('disk'));
  // The build begins again from its salt alone, so that it has to come to the same bytes.
  expect(await house.killedAt(`task 1 of ${PEOPLE}`, 'disk/one')).toBe('SIGKILL');
  cpSync(at('disk', '.one.building'), at('salt'), { recursive: true });
  expect(await build()).toMatchObject({ code: 0 });
  whole = house.filesOf('disk/one');
  keys = readFileSync(at('disk', 'one.keys'), 'utf8');
}, 240_000);
afterAll(async () => {
  await house?.stop();
});

function again(): void {
  for (const name of ['one', 'one.keys', '.one.building'])
    rmSync(at('disk', name), { recursive: true, force: true });
  cpSync(at('salt'), at('disk', '.one.building'), { recursive: true });
}

/** Ids of workers that builds of this process began, whoever their parent is by now. */
function workers(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const called = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return called.includes(`${house.data}\0worker\0--build`) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

async function databaseUp(): Promise<void> {
  const { databaseUrl } = house.server.installation.inner;
  for (let i = 0; i < 300; i++) {
    if (await house.server.installation.inner.database.answers()) return;
    await wait(100);
  }
  throw new Error(`the database did not come back: ${databaseUrl}`);
}

/** What is there beside the release that is whole: nothing may be (REL120, REL121). */
async function faults(): Promise<string[]> {
  const found: string[] = [];
  const files = house.filesOf('disk/one');
  for (const name of new Set([...files.keys(), ...whole.keys()]))
    if (files.get(name) !== whole.get(name)) found.push(`${name} is another`);
  if (readFileSync(at('disk', 'one.keys'), 'utf8') !== keys) found.push('other keys');
  const beside = readdirSync(at('disk')).filter((name) => name !== 'one' && name !== 'one.keys');
  if (beside.length > 0) found.push(`left: ${beside}`);
  if (workers().length > 0) found.push('a worker lives');
  const { database, logs } = house.server.installation.inner;
  const queues = await database.query(`select 1 from pgboss.queue where name like 'build-%'`);
  if (queues.length > 0) found.push(`${queues.length} queues are left`);
  const rows = await database.query<{ state: string }>('select state from release_build');
  if (rows.length > 1 || rows.some(({ state }) => state !== 'done'))
    found.push(`builds: ${JSON.stringify(rows)}`);
  const numbers = await database.query('select 1 from release_build_recording');
  if (numbers.length > 0) found.push('the build still says which recordings it had');
  const { releases } = house.server.installation;
  if (!(await releases.isTaken('one', 1))) found.push('the register does not have it');
  const entries = await logs.uses.storage.entries(0, await logs.uses.size());
  const said = entries.filter((bytes) => {
    const read = readUsesEntry(bytes);
    return read.ok && read.value.kind === 'plain' && read.value.use.act.kind === 'dataset';
  });
  if (said.length !== 1) found.push(`the log says it ${said.length} times`);
  return found;
}

describe('a build in which something fails', () => {
  it('[REL120] [REL121] is the same when the database is killed by -9 at any point', async () => {
    let ended = 0;
    for (let round = 0; round < ROUNDS; round++) {
      again();
      let code = 1;
      for (let attempt = 0; attempt < 12 && code !== 0; attempt++) {
        const kills = attempt < 3;
        const building = build('--workers', '2');
        let over = false;
        const reaper = (async () => {
          await wait(1500 + 5000 * Math.random());
          if (!kills || over) return;
          const pid = Number(readFileSync(`${house.data}/postgres/postmaster.pid`, 'utf8').split('\n')[0]);
          process.kill(pid, 'SIGKILL');
        })();
        const made = await building;
        over = true;
        code = made.code;
        if (code !== 0) {
          ended++;
          expect(existsSync(at('disk', 'one')), made.said).toBe(false);
        }
        await reaper;
        await databaseUp();
      }
      expect([code, await faults()]).toEqual([0, []]);
    }
    console.log('builds that the database ended', ended);
    expect(ended).toBeGreaterThan(0);
  }, 400_000);

  it('[REL123] is refused to a second command on another computer, which changes nothing', async () => {
    again();
    const first = build('--workers', '1');
    const listed = async () =>
      (JSON.parse((await house.run('--json', 'dataset', 'builds')).said) as { builds: ShownBuild[] }).builds;
    while ((await listed())[0]?.state !== 'working') await wait(20);
    // What another computer knows of who holds the lock: there is no such process.
    rmSync(at('disk', '.one.building.lock'));
    const others = await Promise.all([build('--workers', '1'), build()]);
    for (const { code, said } of others) expect([code, said]).toEqual([1, expect.stringContaining('REL123')]);
    expect(await first).toMatchObject({ code: 0 });
    expect(await faults()).toEqual([]);
  }, 120_000);

  it('[REL123] of two commands that begin at once one builds', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      again();
      const both = await Promise.all([build('--workers', '1'), build('--workers', '1')]);
      expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
      expect(both.find(({ code }) => code === 1)?.said).toContain('REL123');
      expect(await faults()).toEqual([]);
    }
  }, 120_000);

  it.skipIf(!canMount).each([0, 2])(
    '[REL120] [REL122] on a full disk with %i workers says so, and goes on when there is room',
    async (count) => {
      rmSync(at('disk', 'one'), { recursive: true, force: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'none', at('disk')]);
      try {
        again();
        for (const leave of [0, 3, 8, 16]) {
          fill(leave * 4096);
          const full = await build(...(count > 0 ? ['--workers', String(count)] : []));
          expect([full.code, full.said]).toEqual([1, expect.stringContaining('no room left')]);
          expect(readdirSync(at('disk')).sort()).toEqual(['.one.building', 'ballast']);
          expect(readdirSync(at('disk', '.one.building')).filter((name) => name.startsWith('draft'))).toEqual(
            [],
          );
          rmSync(at('disk', 'ballast'));
        }
        expect(await build(...(count > 0 ? ['--workers', String(count)] : []))).toMatchObject({ code: 0 });
        expect(await faults()).toEqual([]);
      } finally {
        execFileSync('umount', [at('disk')]);
      }
      again();
    },
    180_000,
  );
});

/** Leaves about so many bytes. */
function fill(leave: number): void {
  const path = at('disk', 'ballast');
  const hold = at('disk', 'hold');
  writeFileSync(hold, Buffer.alloc(leave));
  const file = openSync(path, 'w');
  const block = Buffer.alloc(4096);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
  closeSync(file);
  rmSync(hold);
}
