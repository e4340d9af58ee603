import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { ReleaseSecret } from '@aboveboard/dataset/release/release-secret';
import { DatabaseDown } from '@aboveboard/server/database/database';
import type { Installation } from '@aboveboard/server/installation';
import { DEFAULT_LIMITS } from '@aboveboard/server/limits';
import { nodeCiphers } from '@aboveboard/server/recordings/node-ciphers';
import { Refusal } from '@aboveboard/server/refusal';
import { type BuildQueue, HEARTBEAT_SECONDS, type TakenStep } from '@aboveboard/server/releases/build-queue';
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
  holds?: (step: TakenStep | null) => void;
};

type Opened = { build: string; until: number; steps: BuildSteps; mayStill: (id: number) => Promise<void> };

const PAUSE_MS = 300;
/** An access is given up before it is over. */
const ACCESS_MS = (DEFAULT_LIMITS.accessMinutes - 5) * 60_000;

/**
 * Takes steps of builds and does them, until it is told to end. What it reads it reads under the build's grant, by an access of its own
 * that stands in the log (T13); before each step it is decided again whether it still may (REL94). Gives how many steps it did.
 */
export async function workOnBuilds(
  installation: Installation,
  queue: BuildQueue,
  { build, pool, signal, note = () => undefined, holds = () => undefined }: WorkerOptions,
): Promise<number> {
  let opened: Opened | null = null;
  let count = 0;
  const refused = new Set<string>();

  async function stop(of: ReleaseBuild, error: unknown): Promise<void> {
    if (!(error instanceof CommandFailure || error instanceof Refusal)) throw error;
    await installation.builds.change(of.id, { state: 'stopped', problem: error.message, from: ['working'] });
    note(`stopped: ${error.message}`);
  }

  async function ready(of: ReleaseBuild, { number }: TakenStep): Promise<Opened> {
    if (opened?.build !== of.id || opened.until <= performance.now())
      opened = await openBuild(installation, of, pool);
    await opened.mayStill(number);
    return opened;
  }

  async function doStep(of: ReleaseBuild, taken: TakenStep): Promise<void> {
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
      await one.steps[taken.step](taken.number);
      await queue.done(of.id, taken);
      count++;
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
    for (const of of await installation.builds.working()) {
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
      await doStep(of, taken);
      holds(null);
      break;
    }
    if (found) continue;
    if (build !== null && isOver(await installation.builds.one(build))) break;
    await wait(PAUSE_MS);
  }
  return count;
}

function isOver(build: ReleaseBuild | null): boolean {
  return build === null || build.state === 'done' || build.state === 'cancelled' || build.state === 'stopped';
}

/** Under an access of this process's own; the secret takes the key of every recording (REL4). */
async function openBuild(
  installation: Installation,
  { id, wish }: ReleaseBuild,
  pool: FramePool | null,
): Promise<Opened> {
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
    build: id,
    until,
    steps,
    mayStill: (number) => installation.inner.mayStillOpen(purpose, ids.slice(number, number + 1)),
  };
}

/** What was read may stand in an error of whatever reads it: only our own sentences are shown (REL97). */
function sentenceOf(error: unknown): string {
  if (error instanceof CommandFailure || error instanceof Refusal) return error.message;
  return `It ended with an error of the kind ${error instanceof Error ? error.name : 'unknown'}.`;
}
