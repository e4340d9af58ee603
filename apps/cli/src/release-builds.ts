import { rm } from 'node:fs/promises';
import { takeProcessLock } from '@aboveboard/server/process-lock';
import { type BuildQueue, openBuildQueue, type StepCounts } from '@aboveboard/server/releases/build-queue';
import type { BuildState, ReleaseBuild } from '@aboveboard/server/releases/build-rows';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';

export type ShownBuild = {
  id: string;
  name: string;
  version: number;
  state: BuildState;
  begunOn: string;
  problem: string | null;
  steps: StepCounts;
};

/** Newest first. */
export async function shownBuilds(context: CommandContext): Promise<ShownBuild[]> {
  const { inner, builds } = await context.installation();
  return withQueue(inner.databaseUrl, async (queue) => {
    const shown: ShownBuild[] = [];
    for (const build of await builds.list()) shown.push(await shownAs(build, queue));
    return shown;
  });
}

const FROM: Readonly<Record<'pause' | 'resume' | 'cancel', { to: BuildState; from: readonly BuildState[] }>> =
  {
    pause: { to: 'paused', from: ['working'] },
    resume: { to: 'working', from: ['paused'] },
    cancel: { to: 'cancelled', from: ['working', 'paused', 'stopped'] },
  };

/** By the beginning of its id. CommandFailure when its state does not allow it; then nothing was changed. */
export async function changeBuild(
  context: CommandContext,
  beginning: string,
  word: 'pause' | 'resume' | 'cancel',
): Promise<ShownBuild> {
  if (!/^[0-9a-f]{4,32}$/.test(beginning))
    throw new UsageError('A build is named by 4 to 32 characters of its id (`aboveboard dataset builds`).');
  const { inner, builds } = await context.installation();
  const found = (await builds.list()).filter(({ id }) => id.startsWith(beginning));
  const [build] = found;
  if (build === undefined) throw new CommandFailure('There is no such build.');
  if (found.length > 1) throw new UsageError(`${found.length} builds begin so; say more of the id.`);
  const { to, from } = FROM[word];
  if (!(await builds.change(build.id, { state: to, from }))) {
    const now = (await builds.one(build.id))?.state ?? 'gone';
    throw new CommandFailure(
      `REL95: this build is ${now}; only one that is ${from.join(' or ')} can be ${to}.`,
    );
  }
  return withQueue(inner.databaseUrl, async (queue) => {
    if (to === 'cancelled') await removeLeft(build, queue);
    return shownAs({ ...build, state: to, problem: null }, queue);
  });
}

/** A command that still runs sees the state and removes its folder itself; of one that was killed it is done here. */
async function removeLeft({ id, wish }: ReleaseBuild, queue: BuildQueue): Promise<void> {
  await queue.end(id);
  const unlock = takeProcessLock(`${wish.folder}.lock`);
  if (!unlock) return;
  try {
    await rm(wish.folder, { recursive: true, force: true });
  } finally {
    unlock();
  }
}

async function shownAs(
  { id, wish, state, begunOn, problem }: ReleaseBuild,
  queue: BuildQueue,
): Promise<ShownBuild> {
  const { name, version } = wish;
  return { id, name, version, state, begunOn, problem, steps: await queue.counts(id) };
}

async function withQueue<T>(databaseUrl: string, work: (queue: BuildQueue) => Promise<T>): Promise<T> {
  const queue = await openBuildQueue(databaseUrl);
  try {
    return await work(queue);
  } finally {
    await queue.close();
  }
}
