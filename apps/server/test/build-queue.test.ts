import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../src/database/database.ts';
import { migrate } from '../src/database/migrate.ts';
import { raiseWalls, SERVER_ROLE } from '../src/database/row-walls.ts';
import {
  type BuildQueue,
  type BuildSteps,
  openBuildQueue,
  type TakenSteps,
} from '../src/releases/build-queue.ts';
import { type BuildState, makeReleaseBuilds } from '../src/releases/build-rows.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { clearFolders } from './server.ts';

const BUILD = 'ab'.repeat(16);
let postgres: TestPostgres;
let database: Database;
/** As two processes have it. */
let queues: [BuildQueue, BuildQueue];
let owner: Database;

beforeAll(async () => {
  postgres = await startPostgres();
  const fresh = await postgres.fresh();
  owner = fresh.database;
  await migrate(owner);
  await owner.transaction((query) => raiseWalls(query));
  database = openDatabase(fresh.url, 4, SERVER_ROLE);
  queues = [await openBuildQueue(fresh.url), await openBuildQueue(fresh.url)];
}, 60_000);
afterAll(async () => {
  for (const queue of queues ?? []) await queue.close();
  await database?.close();
  await postgres?.stop();
  clearFolders();
});

const steps = (count: number, step: BuildSteps['step'] = 'read'): BuildSteps[] =>
  Array.from({ length: count }, (_, number) => ({ step, from: number, to: number }));
const begun = async (count: number) => {
  await queues[0].begin(BUILD);
  await queues[0].put(BUILD, steps(count));
};
const take = async (queue: BuildQueue = queues[0]) => (await queue.take(BUILD)) as TakenSteps;
/** As if its worker had not been heard of for longer than a heartbeat. */
const silent = ({ id }: TakenSteps) =>
  owner.query(`update pgboss.job set heartbeat_on = now() - interval '5 minutes' where id = $1`, [id]);

describe('the queue of a build', () => {
  it('[REL90] gives each step to one worker, whatever the process', async () => {
    await begun(40);
    const worker = async (queue: BuildQueue) => {
      const taken: number[] = [];
      for (let one = await queue.take(BUILD); one; one = await queue.take(BUILD)) {
        taken.push(one.from);
        await queue.done(BUILD, one);
      }
      return taken;
    };
    const taken = await Promise.all([...queues, ...queues].map(worker));
    expect(taken.flat().sort((a, b) => a - b)).toEqual(steps(40).map(({ from }) => from));
    expect(await queues[1].counts(BUILD)).toEqual({ waiting: 0, taken: 0, done: 40, failed: 0 });
  });

  it('[REL90] counts steps, however many of them one claim is for', async () => {
    await queues[0].begin(BUILD);
    await queues[0].put(BUILD, [
      { step: 'read', from: 0, to: 15 },
      { step: 'read', from: 16, to: 20 },
    ]);
    expect(await queues[0].counts(BUILD)).toMatchObject({ waiting: 21, taken: 0 });
    const claims = [await take(), await take(queues[1])].sort((a, b) => a.from - b.from);
    expect(claims).toMatchObject([
      { from: 0, to: 15 },
      { from: 16, to: 20 },
    ]);
    await queues[0].done(BUILD, claims[0] as TakenSteps);
    expect(await queues[0].counts(BUILD)).toEqual({ waiting: 0, taken: 5, done: 16, failed: 0 });
  });

  it('[REL93] takes a step that is put in twice once, and begins anew when it is told to', async () => {
    await begun(3);
    await Promise.all(queues.map((queue) => queue.put(BUILD, steps(4))));
    expect(await queues[0].counts(BUILD)).toMatchObject({ waiting: 4 });
    await queues[0].begin(BUILD);
    expect([await queues[0].take(BUILD), await queues[0].counts(BUILD)]).toMatchObject([
      null,
      { waiting: 0 },
    ]);
  });

  it('[REL92] gives a step of which nothing is heard to another, and believes the first no more', async () => {
    await begun(1);
    const first = await take();
    await queues[1].reclaim(BUILD);
    expect(await queues[1].take(BUILD)).toBeNull();
    await silent(first);
    await queues[0].keep(BUILD, first);
    // The queue looks after claims once in a second at the most.
    await wait(1_100);
    await queues[1].reclaim(BUILD);
    expect(await queues[1].take(BUILD)).toBeNull();

    await silent(first);
    await wait(1_100);
    await queues[1].reclaim(BUILD);
    const second = await take(queues[1]);
    expect(second).toMatchObject({ id: first.id, retryCount: 1 });
    await queues[0].done(BUILD, first);
    await queues[0].failed(BUILD, first, 'too late');
    expect(await queues[0].counts(BUILD)).toMatchObject({ taken: 1, done: 0, failed: 0 });
    await queues[1].done(BUILD, second);
    expect(await queues[0].counts(BUILD)).toMatchObject({ taken: 0, done: 1 });
  });

  it('[REL92] tries a step three times, and then says what was wrong with the last', async () => {
    await begun(1);
    for (const sentence of ['first', 'second', 'third'])
      await queues[0].failed(BUILD, await take(), sentence);
    expect(await queues[0].counts(BUILD)).toMatchObject({ waiting: 0, failed: 1 });
    expect(await queues[0].troubles(BUILD)).toEqual([{ step: 'read', from: 0, to: 0, sentence: 'third' }]);
  });

  it('[REL95] may be ended by several at once: who builds, and who cancels', async () => {
    for (let round = 0; round < 5; round++) {
      await begun(3);
      await Promise.all([...queues, ...queues, ...queues].map((queue) => queue.end(BUILD)));
      expect(await queues[1].take(BUILD)).toBeNull();
    }
  });

  it('[REL95] is gone for whoever still has something of it in hand', async () => {
    await begun(2);
    const taken = await take(queues[1]);
    await queues[0].end(BUILD);
    await queues[1].keep(BUILD, taken);
    await queues[1].done(BUILD, taken);
    await queues[1].failed(BUILD, taken, 'x');
    await queues[1].reclaim(BUILD);
    expect(await queues[1].take(BUILD)).toBeNull();
    await queues[0].end(BUILD);
  });

  it('[REL96] has the numbers of steps and nothing else', async () => {
    await begun(3);
    const rows = await owner.query<{ data: object }>('select data from pgboss.job where name like $1', [
      'build-%',
    ]);
    expect(rows.map(({ data }) => Object.keys(data).sort())).toEqual(Array(3).fill(['from', 'step', 'to']));
  });
});

describe('the rows of a build', () => {
  const builds = () => makeReleaseBuilds({ database, today: () => '2026-11-23' });
  const wish = {
    ...{ name: 'one', version: 1, purpose: 'model-training', grant: null, by: 'researcher:1' },
    ...{ folder: '/releases/.one.building', drawnBy: null },
  };
  const recordings = ['c', 'a', 'b'];

  it('[REL96] say which recording a number is while the build lasts', async () => {
    await builds().begin({ id: BUILD, wish, recordings });
    expect(await builds().recordings(BUILD)).toEqual(recordings);
    expect(await builds().working()).toMatchObject([{ id: BUILD, wish, state: 'working', problem: null }]);
    expect(await builds().change(BUILD, { state: 'done', from: ['working'] })).toBe(true);
    expect(await builds().recordings(BUILD)).toEqual([]);
    expect(await builds().working()).toEqual([]);
  });

  it.each<[BuildState, BuildState, boolean]>([
    ['working', 'paused', true],
    ['paused', 'working', true],
    ['stopped', 'cancelled', true],
    ['done', 'paused', false],
    ['done', 'cancelled', false],
    ['cancelled', 'working', false],
  ])('[REL95] from %s to %s: %s', async (from, to, may) => {
    await builds().begin({ id: BUILD, wish, recordings });
    await builds().change(BUILD, { state: from, from: ['working'] });
    const allowed: Partial<Record<BuildState, BuildState[]>> = {
      paused: ['working'],
      working: ['paused'],
      cancelled: ['working', 'paused', 'stopped'],
    };
    expect(await builds().change(BUILD, { state: to, from: allowed[to] ?? [] })).toBe(may);
    expect((await builds().one(BUILD))?.state).toBe(may ? to : from);
  });

  it('[REL94] let one process of a build at a time open what it reads', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await wait(20);
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => builds().alone(BUILD, work)));
    await Promise.all([builds().alone(BUILD, work), builds().alone('cd'.repeat(16), work)]);
    expect(most).toBe(2);
    expect(inside).toBe(0);
  });
});
