import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answers } from './measured-recorder.ts';

/** The measured recorder from outside; whoever starts it ends it. */
export class RecorderProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(
    folder: string,
    env: NodeJS.ProcessEnv,
    execArgv = ['--expose-gc'],
  ): Promise<RecorderProcess> {
    const program = fileURLToPath(new URL('./measured-recorder.ts', import.meta.url));
    const started = new RecorderProcess(fork(program, [folder], { env, execArgv }));
    await started.#answer();
    return started;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** One thing at a time. */
  async ask<A extends keyof Answers>(act: A): Promise<Answers[A]> {
    const answer = this.#answer();
    this.#child.send(act);
    return (await answer) as Answers[A];
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #answer(): Promise<unknown> {
    const gone = new AbortController();
    const { signal } = gone;
    try {
      const [{ answer, fault }] = await Promise.race([
        once(this.#child, 'message', { signal }),
        once(this.#child, 'exit', { signal }).then(() => Promise.reject(new Error('the recorder ended'))),
      ]);
      if (fault) throw new Error(fault);
      return answer;
    } finally {
      gone.abort();
    }
  }
}
