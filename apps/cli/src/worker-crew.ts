import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BuildQueue, TakenSteps } from '@aboveboard/server/releases/build-queue';
import { CommandFailure } from './command.ts';

/** Workers that a command starts beside itself on this computer, for one build. They end with it. */
export type WorkerCrew = {
  start(build: string): void;
  /** Gives back what workers that died had in hand, and starts others. Throws CommandFailure when they die again and again. */
  look(): Promise<void>;
  end(): Promise<void>;
};

/** `said`: a line that a worker says of itself. */
type Worker = { child: ChildProcess; holds: TakenSteps | null; said: string };

/** The same crew, and this process works with it: `work` until it is told to end. */
export function withOwnHands(
  crew: WorkerCrew,
  work: (build: string, signal: AbortSignal) => Promise<unknown>,
): WorkerCrew {
  const ends = new AbortController();
  let working: Promise<void> | null = null;
  let failed: { error: unknown } | null = null;
  return {
    start(build) {
      crew.start(build);
      working = work(build, ends.signal).then(
        () => undefined,
        (error: unknown) => {
          failed = { error };
        },
      );
    },
    async look() {
      if (failed) throw failed.error;
      await crew.look();
    },
    async end() {
      ends.abort();
      await Promise.all([working, crew.end()]);
    },
  };
}

const MAIN = fileURLToPath(new URL('../bin/aboveboard.js', import.meta.url));
/** Deaths that each place of the crew is allowed. */
const DEATHS = 10;
const END_MS = 20_000;

export function workerCrew(given: {
  count: number;
  data: string;
  /** Browsers of each; null: they draw no pictures. */
  browsers: number | null;
  queue: Pick<BuildQueue, 'failed'>;
}): WorkerCrew {
  const { count, data, browsers, queue } = given;
  const workers = new Set<Worker>();
  const dead: Worker[] = [];
  let build = '';
  let deaths = 0;
  let ending = false;

  function begin(): void {
    const drawing = browsers === null ? [] : ['--pictures', '--browsers', String(browsers)];
    const args = [MAIN, '--data', data, 'worker', '--build', build, ...drawing];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const worker: Worker = { child, holds: null, said: '' };
    workers.add(worker);
    child.on('message', (message: { holds: TakenSteps | null }) => {
      worker.holds = message.holds;
    });
    child.stderr?.on('data', (bytes: Buffer) => {
      worker.said = `${worker.said}${bytes.toString('utf8')}`.slice(-500);
    });
    child.once('error', () => gone(worker));
    child.once('exit', () => gone(worker));
  }

  function gone(worker: Worker): void {
    if (workers.delete(worker) && !ending) dead.push(worker);
  }

  return {
    start(of) {
      build = of;
      for (let i = 0; i < count; i++) begin();
    },

    async look() {
      for (const { child, holds, said } of dead.splice(0)) {
        if (holds) await queue.failed(build, holds, 'The worker that had it ended.');
        if (++deaths > DEATHS * count || (child.exitCode ?? 0) > 0)
          throw new CommandFailure(
            `Workers end before they are done. The last one said: ${said.trim() || 'nothing'}`,
          );
        begin();
      }
    },

    async end() {
      ending = true;
      const ended = [...workers].map(
        ({ child }) =>
          new Promise<void>((resolve) => {
            if (child.exitCode !== null || child.signalCode !== null) return resolve();
            const late = setTimeout(() => child.kill('SIGKILL'), END_MS);
            child.once('exit', () => {
              clearTimeout(late);
              resolve();
            });
            child.kill('SIGTERM');
          }),
      );
      await Promise.all(ended);
    },
  };
}
