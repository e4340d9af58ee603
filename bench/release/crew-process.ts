import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ReleaseSecret } from '@aboveboard/dataset/release/release-secret';
import { openDatabase } from '@aboveboard/server/database/database';
import { SERVER_ROLE } from '@aboveboard/server/database/row-walls';
import { nodeCiphers } from '@aboveboard/server/recordings/node-ciphers';
import { openBuildQueue } from '@aboveboard/server/releases/build-queue';
import { makeReleaseBuilds } from '@aboveboard/server/releases/build-rows';
import { makeByWorkers } from '../../apps/cli/src/release-jobs.ts';
import { buildSteps } from '../../apps/cli/src/release-steps.ts';
import { openWorkbench } from '../../apps/cli/src/release-workbench.ts';
import { type WorkerHouse, workOnBuilds } from '../../apps/cli/src/release-worker.ts';
import { type WorkerCrew, withOwnHands } from '../../apps/cli/src/worker-crew.ts';
import { keepYoungObjectsFew } from '../../apps/cli/src/young-objects.ts';
import { ask, head, releaseSecret, riskOf, sourcesIn } from './build-sources.ts';

// The same release by two processes over a queue in PostgreSQL: this one asks for it and works, the other works. What an installation adds
// (accesses, halves of keys, a decision before each taking) is left out, as in build-process.ts.
const [folder = '', out = '', databaseUrl = '', build = ''] = process.argv.slice(2);
keepYoungObjectsFew();
const sources = sourcesIn(folder);
const database = openDatabase(databaseUrl, 4, SERVER_ROLE);
const builds = makeReleaseBuilds({ database, today: () => '2026-11-23' });
const queue = await openBuildQueue(databaseUrl);
const wish = {
  ...{ name: 'bench', version: 1, purpose: 'model-training', grant: null, by: 'researcher:bench' },
  ...{ folder: out, drawnBy: null },
};
const house = (): WorkerHouse => ({
  builds,
  open: async () => ({
    until: Number.POSITIVE_INFINITY,
    steps: await stepsOf(String(process.pid)),
    mayStill: async () => undefined,
  }),
});

/** `writer`: of this process alone. */
async function stepsOf(writer: string) {
  const bench = openWorkbench(out, Buffer.from(writer).toString('hex'));
  await bench.refresh();
  return buildSteps(sources, new ReleaseSecret(releaseSecret(), nodeCiphers), bench, null);
}

if (build !== '') {
  const ends = new AbortController();
  process.once('SIGTERM', () => ends.abort());
  await workOnBuilds(house(), queue, { build, pool: null, signal: ends.signal });
  const { user, system } = process.cpuUsage();
  process.send?.({ processor: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024 });
  process.disconnect();
} else {
  const risk = await riskOf(sources);
  mkdirSync(join(out, 'release', 'shards'), { recursive: true });
  mkdirSync(join(dirname(out), 'notes'), { recursive: true });
  const before = process.cpuUsage();
  const began = performance.now();
  const id = 'ab'.repeat(16);
  const helper = otherProcess(id);
  const { manifest, digest } = await makeByWorkers(
    sources,
    { secret: releaseSecret(), ask, head, risk },
    { id, wish, bench: openWorkbench(out) },
    {
      builds,
      queue,
      crew: withOwnHands(helper.crew, (one, signal) =>
        workOnBuilds(house(), queue, { build: one, pool: null, signal }),
      ),
      logged: async () => undefined,
      progress: () => undefined,
    },
  );
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  const other = helper.said();
  const processor = (user + system) / 1e6 + other.processor;
  const megabytes = process.resourceUsage().maxRSS / 1024 + other.megabytes;
  writeFileSync(`${out}.digest`, digest);
  console.log(JSON.stringify({ seconds, processor, megabytes, tasks: manifest.counts.tasks, digest }));
}
await queue.close();
await database.close();

function otherProcess(id: string): {
  crew: WorkerCrew;
  said: () => { processor: number; megabytes: number };
} {
  let child: ChildProcess | undefined;
  let said = { processor: 0, megabytes: 0 };
  const crew: WorkerCrew = {
    start() {
      child = fork(fileURLToPath(import.meta.url), [folder, out, databaseUrl, id], {
        stdio: 'inherit',
      });
      child.on('message', (message: typeof said) => {
        said = message;
      });
    },
    async look() {
      if (child?.exitCode) throw new Error('the other process ended');
    },
    end: () =>
      new Promise((resolve) => {
        if (!child || child.exitCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
  return { crew, said: () => said };
}
