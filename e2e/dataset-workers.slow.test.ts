import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuildHouse } from './build-house.ts';

/** One build by one worker, by several, and by workers that are killed at any point: the same bytes. */
const PEOPLE = 24;
const ROUNDS = Number(process.env['ROUNDS'] ?? 4);
let house: BuildHouse;
const at = (...names: string[]) => house.at(...names);
const build = (...more: string[]) => house.build('one', { more });

beforeAll(async () => {
  house = await BuildHouse.start(PEOPLE);
}, 240_000);
afterAll(() => house?.stop());

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
    expect(await house.killedAt(`task 2 of ${PEOPLE}`, 'one')).toBe('SIGKILL');
    keepSalt();
    expect(await build()).toMatchObject({ code: 0 });
    whole = house.filesOf('one');
    keys = readFileSync(at('one.keys'), 'utf8');
    again();
    const began = performance.now();
    expect(await build('--workers', '1')).toMatchObject({ code: 0 });
    console.log('one worker', performance.now() - began);
    expect(house.filesOf('one')).toEqual(whole);
    expect(readFileSync(at('one.keys'), 'utf8')).toBe(keys);
  });

  it.each([2, 3])('[REL2] [REL90] is of %i workers the same', async (count) => {
    again();
    const began = performance.now();
    const { code, said } = await build('--workers', String(count));
    expect([code, said]).toEqual([0, expect.stringContaining(`${PEOPLE} tasks`)]);
    console.log(count, 'workers', performance.now() - began);
    expect(house.filesOf('one')).toEqual(whole);
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
      expect(house.filesOf('one')).toEqual(whole);
    }
    console.log('kills', kills);
    expect(kills).toBeGreaterThan(0);
  });
});
