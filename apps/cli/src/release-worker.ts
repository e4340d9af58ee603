import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { ReleaseSecret } from '@aboveboard/dataset/release/release-secret';
import { DatabaseDown } from '@aboveboard/server/database/database';
import type { Installation } from '@aboveboard/server/installation';
import { DEFAULT_LIMITS } from '@aboveboard/server/limits';
import { nodeCiphers } from '@aboveboard/server/recordings/node-ciphers';
import { Refusal } from '@aboveboard/server/refusal';
import { type BuildQueue, HEARTBEAT_SECONDS, type TakenSteps } from '@aboveboard/server/releases/build-queue';
import type { ReleaseBuild } from '@aboveboard/server/releases/build-rows';
import type { FramePool } from '@aboveboard/server/rendering/frame-pool';
import { CommandFailure } from './command.ts';
import { openSources, peopleOf } from './release-sources.ts';
import { type BuildSteps, buildSteps } from './release-steps.ts';
import { openWorkbench } from './release-workbench.ts';
import { saltIn } from './release-workplace.ts';

export type WorkerOptions = {
  /** Takes steps of this build alone, and ends with it; null: of every build that works. */
  build: string | null;
  pool: FramePool | null;
  /** Ends after the step that is under way. */
  signal: AbortSignal;
  /** What it does, as a line; nothing of a recording is in it. */
  note?: (line: string) => void;
  /** What it has in hand, for who started it; null: nothing. */
  holds?: (steps: TakenSteps | null) => void;
};

/** What a worker may read of a build until then (monotonic, in milliseconds). */
export type OpenedBuild = {
  until: number;
  steps: BuildSteps;
  /** Throws Refusal or CommandFailure where it may not read these any more. */
  mayStill(from: number, to: number): Promise<void>;
};
/** What a worker has of an installation. */
export type WorkerHouse = {
  builds: Pick<Installation['builds'], 'working' | 'one' | 'change'>;
  open(build: ReleaseBuild): Promise<OpenedBuild>;
};

const PAUSE_MS = 300;
/** An access is given up before it is over. */
const ACCESS_MS = (DEFAULT_LIMITS.accessMinutes - 5) * 60_000;

/**
 * Takes steps of builds and does them, until it is told to end. What it reads it reads under the build's grant, by an access of its own
 * that stands in the log (T13); before each step it is decided again whether it still may (REL94). Gives how many steps it did.
 */
export async function workOnBuilds(
  { builds, open }: WorkerHouse,
  queue: BuildQueue,
  { build, pool, signal, note = () => undefined, holds = () => undefined }: WorkerOptions,
): Promise<number> {
  let opened: (OpenedBuild & { build: string }) | null = null;
  let count = 0;
  const refused = new Set<string>();

  async function stop(of: ReleaseBuild, error: unknown): Promise<void> {
    if (!(error instanceof CommandFailure || error instanceof Refusal)) throw error;
    await builds.change(of.id, { state: 'stopped', problem: error.message, from: ['working'] });
    note(`stopped: ${error.message}`);
  }

  async function ready(of: ReleaseBuild, { from, to }: TakenSteps): Promise<OpenedBuild> {
    if (opened?.build !== of.id || opened.until <= performance.now())
      opened = { ...(await open(of)), build: of.id };
    await opened.mayStill(from, to);
    return opened;
  }

  async function doSteps(of: ReleaseBuild, taken: TakenSteps): Promise<void> {
    const alive = () => void queue.keep(of.id, taken).catch(() => undefined);
    const beat = setInterval(alive, (HEARTBEAT_SECONDS * 1000) / 3);
    try {
      const one = await ready(of, taken).catch(async (error: unknown) => {
        // Not the step's fault: whoever may not read stops, and so does every worker of this build.
        opened = null;
        await stop(of, error);
        return null;
      });
      if (!one) return await queue.failed(of.id, taken, 'It could not be begun.');
      await one.steps[taken.step](taken.from, taken.to);
      await queue.done(of.id, taken);
      count += taken.to - taken.from + 1;
    } catch (error) {
      if (error instanceof DatabaseDown) throw error;
      note(`failed: ${sentenceOf(error)}`);
      await queue.failed(of.id, taken, sentenceOf(error));
    } finally {
      clearInterval(beat);
    }
  }

  while (!signal.aborted) {
    let found = false;
    for (const of of await builds.working()) {
      if (signal.aborted || (build !== null && of.id !== build)) continue;
      if ((of.wish.drawnBy ?? null) !== (pool?.drawnBy ?? null)) {
        if (!refused.has(of.id))
          note(`left alone: its pictures are drawn by ${of.wish.drawnBy ?? 'nothing'}`);
        refused.add(of.id);
        continue;
      }
      const taken = await queue.take(of.id);
      if (!taken) {
        await queue.reclaim(of.id);
        continue;
      }
      found = true;
      holds(taken);
      await doSteps(of, taken);
      holds(null);
      break;
    }
    if (found) continue;
    if (build !== null && isOver(await builds.one(build))) break;
    await wait(PAUSE_MS);
  }
  return count;
}

function isOver(build: ReleaseBuild | null): boolean {
  return build === null || build.state === 'done' || build.state === 'cancelled' || build.state === 'stopped';
}

/** Builds of an installation, each opened under an access of this process's own; the secret takes the key of every recording (REL4). */
export function workerHouse(installation: Installation, pool: FramePool | null): WorkerHouse {
  return { builds: installation.builds, open: (build) => openBuild(installation, build, pool) };
}

async function openBuild(
  installation: Installation,
  { id, wish }: ReleaseBuild,
  pool: FramePool | null,
): Promise<OpenedBuild> {
  const salt = await saltIn(wish.folder);
  if (!salt) throw new CommandFailure(`The folder of the build is not here: ${wish.folder}`);
  const ids = await installation.builds.recordings(id);
  const chosen = { ids, by: wish.by, people: await peopleOf(installation, ids) };
  const until = performance.now() + ACCESS_MS;
  // Two entries of the same in one second would be the same bytes, and one of the two would open nothing (VLT93).
  const sources = await installation.builds.alone(id, () => openSources(installation, chosen, wish.purpose));
  const secret = await sources.secret(salt);
  const bench = openWorkbench(wish.folder, randomBytes(8).toString('hex'));
  await bench.refresh();
  const steps = buildSteps(sources, new ReleaseSecret(secret, nodeCiphers), bench, pool);
  secret.fill(0);
  const purpose = { kind: 'dataset' as const, by: wish.by };
  return {
    until,
    steps,
    mayStill: (from, to) => installation.inner.mayStillOpen(purpose, ids.slice(from, to + 1)),
  };
}

/** What was read may stand in an error of whatever reads it: only our own sentences are shown (REL97). */
function sentenceOf(error: unknown): string {
  if (error instanceof CommandFailure || error instanceof Refusal) return error.message;
  return `It ended with an error of the kind ${error instanceof Error ? error.name : 'unknown'}.`;
}
