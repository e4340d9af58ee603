import type { Installation } from '@aboveboard/server/installation';
import { processStart } from '@aboveboard/server/process-start';
import { type BuildQueue, openBuildQueue } from '@aboveboard/server/releases/build-queue';
import type { BuildWish } from '@aboveboard/server/releases/build-rows';
import type { FramePool } from '@aboveboard/server/rendering/frame-pool';
import type { CommandContext } from './command.ts';
import { BuildCancelled, type BuildProgress, makeByWorkers } from './release-jobs.ts';
import type { Logged, ReleaseSources } from './release-making.ts';
import { workerHouse, workOnBuilds } from './release-worker.ts';
import type { Workplace } from './release-workplace.ts';
import { type WorkerCrew, withOwnHands, workerCrew } from './worker-crew.ts';

type Of = Parameters<typeof makeByWorkers>[1];

/** A build by workers, from the queue that it opens to the queue that it closes; its state says how it ended. */
export async function makeWithCrew(
  context: CommandContext,
  sources: ReleaseSources,
  of: Of,
  given: {
    installation: Installation;
    place: Workplace;
    wish: BuildWish;
    /** `count`: processes that work, this one among them; 0: none but those that come by themselves. */
    crew: { count: number; browsers: number | null; pool: FramePool | null };
    logged: Logged;
  },
): ReturnType<typeof makeByWorkers> {
  const { installation, place, wish, crew, logged } = given;
  const { databaseUrl, folder } = installation.inner;
  // No server runs on the folder: whoever comes to work joins this command.
  folder?.announce({ pid: process.pid, started: processStart(process.pid) ?? '', url: null, databaseUrl });
  const queue = await openBuildQueue(databaseUrl);
  const { builds } = installation;
  try {
    const made = await makeByWorkers(
      sources,
      of,
      { id: place.id, wish, bench: place },
      {
        builds,
        queue,
        crew: crewOf(crew, { installation, queue, data: context.data }),
        logged,
        progress: shownBy(context),
      },
    );
    await builds.change(place.id, { state: 'done', from: ['working', 'paused', 'stopped'] });
    await queue.end(place.id);
    return made;
  } catch (error) {
    if (error instanceof BuildCancelled) await queue.end(place.id).catch(() => undefined);
    await builds
      .change(place.id, { state: 'stopped', problem: problemOf(error), from: ['working', 'paused'] })
      .catch(() => false);
    throw error;
  } finally {
    await queue.close();
  }
}

function crewOf(
  { count, browsers, pool }: { count: number; browsers: number | null; pool: FramePool | null },
  { installation, queue, data }: { installation: Installation; queue: BuildQueue; data: string },
): WorkerCrew {
  const others = workerCrew({ count: Math.max(0, count - 1), browsers, data, queue });
  if (count === 0) return others;
  const house = workerHouse(installation, pool);
  return withOwnHands(others, (build, signal) => workOnBuilds(house, queue, { build, pool, signal }));
}

function problemOf(error: unknown): string {
  return error instanceof Error && error.name !== 'Error'
    ? error.message.slice(0, 2000)
    : 'It ended with an error.';
}

/** A bar on a terminal; with `--json` a line for each change, on standard error. */
function shownBy(context: CommandContext): (progress: BuildProgress) => void {
  let last = '';
  return (progress) => {
    const line = JSON.stringify(progress);
    if (line === last) return;
    last = line;
    if (context.json) context.note(line);
    else context.progress(barOf(progress));
  };
}

const WIDTH = 24;
const WORDS = { read: 'reading', plan: 'planning', make: 'making tasks', finish: 'finishing' } as const;

export function barOf({ step, done, of }: BuildProgress): string {
  const filled = of === 0 ? WIDTH : Math.floor((WIDTH * done) / of);
  return `${WORDS[step]} [${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${done} of ${of}`;
}
