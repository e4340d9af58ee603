import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type KeyedTask, keptTask } from '@aboveboard/dataset/release/kept-tasks';
import {
  type BuiltRelease,
  type ReleaseHead,
  releaseId,
  requireAllowed,
  wholeRelease,
} from '@aboveboard/dataset/release/release-build';
import { planRelease, type ReleaseAsk, type ReleasePlan } from '@aboveboard/dataset/release/release-plan';
import { ReleaseSecret } from '@aboveboard/dataset/release/release-secret';
import type { MeasuredRisk } from '@aboveboard/dataset/release/risk-refusals';
import { nodeCiphers } from '@aboveboard/server/recordings/node-ciphers';
import type { BuildQueue, BuildSteps } from '@aboveboard/server/releases/build-queue';
import type { BuildWish, ReleaseBuilds } from '@aboveboard/server/releases/build-rows';
import { CommandFailure } from './command.ts';
import type { Logged, ReleaseSources } from './release-making.ts';
import { leavePlan, notesAt, notesOf, type Shelf, shelvesOf } from './release-steps.ts';
import type { Workbench } from './release-workbench.ts';
import type { WorkerCrew } from './worker-crew.ts';

/** Somebody took the build back. Nothing of it is kept. */
export class BuildCancelled extends CommandFailure {}

export type BuildProgress = { step: 'read' | 'plan' | 'make' | 'finish'; done: number; of: number };

/**
 * A build whose steps are done by any number of workers (REL90): every recording is read, then it is planned and may be refused, then the
 * tasks are made, then it is whole. Who asked for it plans and finishes; what workers left is believed only with its mark. The same
 * bytes come out as of `makeRelease`.
 */
export async function makeByWorkers(
  sources: ReleaseSources,
  of: { secret: Uint8Array; ask: ReleaseAsk; head: ReleaseHead; risk: MeasuredRisk | null },
  job: { id: string; wish: BuildWish; bench: Workbench },
  outside: {
    builds: ReleaseBuilds;
    queue: BuildQueue;
    crew: WorkerCrew;
    logged: Logged;
    progress: (progress: BuildProgress) => void;
  },
): Promise<BuiltRelease & { digest: string }> {
  const { head, risk, ask } = of;
  const { bench } = job;
  const { builds, queue, crew, progress } = outside;
  try {
    const secret = new ReleaseSecret(of.secret, nodeCiphers);
    await queue.begin(job.id);
    await builds.begin({ id: job.id, wish: job.wish, recordings: sources.ids });
    crew.start(job.id);

    const shelves = shelvesOf(sources);
    await settle('read', shelves, (one) =>
      notesAt(one, sources, secret, bench).then((notes) => notes !== null),
    );

    progress({ step: 'plan', done: 0, of: 1 });
    const notes = await notesOf(sources, secret, bench);
    const plan = await planRelease(notes.list, secret, ask);
    await requireAllowed(plan, risk, nodeCiphers);
    await leavePlan({ plan, head, notes }, secret, bench);

    const id = await releaseId(secret, head);
    const made = new Map<string, KeyedTask>();
    const tasksOf = byRecording(plan, sources);
    // A picture takes as long as all else together.
    const together = job.wish.drawnBy === null ? shelves : shelvesOfOne(sources);
    await settle('make', together, async ({ from, to }) => {
      for (let number = from; number <= to; number++) {
        for (const task of tasksOf.get(number) ?? []) {
          if (made.has(task.id)) continue;
          const kept = await keptTask(id, task, secret, { kept: bench.kept, subtle: nodeCiphers });
          if (!kept) return false;
          made.set(task.id, kept);
        }
      }
      return true;
    });

    progress({ step: 'finish', done: 0, of: 1 });
    const whole = { id, plan, head, risk };
    const built = await wholeRelease(whole, (task) => made.get(task) as KeyedTask, {
      write: bench.write,
      subtle: nodeCiphers,
    });
    const digest = createHash('sha256').update(built.bytes).digest('hex');
    const recordings = [...new Set(plan.tasks.map(({ recording }) => recording))];
    await outside.logged(digest, recordings, plan.tasks, built.manifest);
    await bench.write('release.json', built.bytes);
    return { ...built, digest };
  } finally {
    of.secret.fill(0);
    await crew.end();
  }

  /** Puts in what is not done, and waits until it is. What was said to be done and is not there is put in once more. */
  async function settle(
    step: BuildSteps['step'],
    shelves: readonly Shelf[],
    isDone: (shelf: Shelf) => Promise<boolean>,
  ): Promise<void> {
    for (let round = 0; round < 3; round++) {
      await bench.refresh();
      const left: Shelf[] = [];
      for (const shelf of shelves) if (!(await isDone(shelf))) left.push(shelf);
      if (left.length === 0) return;
      if (round > 0) await queue.begin(job.id);
      await queue.put(
        job.id,
        left.map((shelf) => ({ step, ...shelf })),
      );
      await emptied(step, { all: recordingsOn(shelves), left: recordingsOn(left) });
    }
    throw new CommandFailure(
      'What workers said they had made is not in the folder of the build, or is not theirs.',
    );
  }

  async function emptied(
    step: BuildSteps['step'],
    { all, left }: { all: number; left: number },
  ): Promise<void> {
    const before = await queue.counts(job.id);
    for (;;) {
      const state = await builds.one(job.id);
      if (state === null || state.state === 'cancelled') throw new BuildCancelled('The build was cancelled.');
      if (state.state === 'stopped') throw new CommandFailure(`The build stopped: ${state.problem}`);
      await crew.look();
      const { waiting, taken, failed } = await queue.counts(job.id);
      progress({ step, done: all - left + Math.max(0, left - waiting - taken - failed), of: all });
      if (waiting === 0 && taken === 0) {
        if (failed > before.failed) throw new CommandFailure(await troubles());
        return;
      }
      await queue.reclaim(job.id);
      await wait(100);
    }
  }

  async function troubles(): Promise<string> {
    const failed = await queue.troubles(job.id);
    const lines = failed
      .slice(0, 10)
      .map(({ step, from, to, sentence }) => `${STEPS[step]} ${placesOf(from, to)}: ${sentence}`);
    const sentence = [`${failed.length} steps failed three times:`, ...lines].join('\n');
    const problem = sentence.slice(0, 2000);
    await builds.change(job.id, { state: 'stopped', problem, from: ['working', 'paused'] });
    return sentence;
  }
}

const STEPS = { read: 'reading recording', make: 'making the tasks of recording' } as const;

function placesOf(from: number, to: number): string {
  return from === to ? `${from + 1}` : `${from + 1} to ${to + 1}`;
}

function recordingsOn(shelves: readonly Shelf[]): number {
  return shelves.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

function shelvesOfOne({ ids }: Pick<ReleaseSources, 'ids'>): Shelf[] {
  return Array.from(ids, (_, number) => ({ from: number, to: number }));
}

function byRecording(plan: ReleasePlan, { ids }: ReleaseSources): Map<number, ReleasePlan['tasks']> {
  const numbers = new Map(ids.map((id, number) => [id, number]));
  const tasks = new Map<number, ReleasePlan['tasks']>();
  for (const task of plan.tasks) {
    const number = numbers.get(task.recording);
    if (number === undefined) throw new CommandFailure('A recording of the plan is not there any more.');
    tasks.set(number, [...(tasks.get(number) ?? []), task]);
  }
  return tasks;
}
