import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from './fault-steps.ts';
import type { Asked, GuardianStart, ServerStart, VictimKind } from './victim-process.ts';

/** A process that stands by, with all of its code loaded. */
type Standby = { child: ChildProcess; loaded: Promise<void>; gone: Promise<void> };

const FILE = fileURLToPath(new URL('./victim-process.ts', import.meta.url));

function standBy(kind: VictimKind): Standby {
  const child = fork(FILE, [kind], {
    // Loading is most of what a round costs.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'aboveboard-compiled') },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complained = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    complained = `${complained}${bytes}`.slice(-2_000);
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const loaded = new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    void gone.then(() => reject(new Error(`a ${kind} ended while it loaded: ${complained}`)));
  });
  loaded.catch(() => undefined);
  return { child, loaded, gone };
}

/**
 * One server or guardian over all of its lives: whenever it is killed the next one starts at once on the same folder, as a
 * supervisor would have it.
 */
export class Victim {
  readonly kind: VictimKind;
  readonly #options: ServerStart | GuardianStart;
  #next: Standby;
  #now: Standby | null = null;
  #asked = 0;
  #isEnding = false;
  /** How often it was killed. */
  deaths = 0;
  /** Resolves when the one that runs now serves; what it said of itself. */
  up: Promise<Record<string, unknown>>;

  constructor(kind: VictimKind, options: ServerStart | GuardianStart) {
    this.kind = kind;
    this.#options = options;
    this.#next = standBy(kind);
    this.up = this.#start();
    this.up.catch(() => undefined);
  }

  async #start(): Promise<Record<string, unknown>> {
    const now = this.#next;
    this.#now = now;
    void now.gone.then(() => {
      if (this.#isEnding) return;
      this.deaths++;
      this.up = this.#start();
      this.up.catch(() => undefined);
    });
    await now.loaded;
    this.#next = standBy(this.kind);
    return (await this.ask({ ask: 'start', options: this.#options }, now)) as Record<string, unknown>;
  }

  /** Rejects when it dies before it answers. */
  async ask(asked: Asked, of: Standby | null = this.#now): Promise<unknown> {
    if (!of) throw new Error('there is none');
    const id = ++this.#asked;
    const answer = new Promise<unknown>((resolve, reject) => {
      const heard = (message: { id?: number; answer?: unknown; error?: string }) => {
        if (message.id !== id) return;
        of.child.off('message', heard);
        if (message.error === undefined) resolve(message.answer);
        else reject(new Error(`${this.kind}: ${message.error}`));
      };
      of.child.on('message', heard);
      void of.gone.then(() => reject(new Error(`the ${this.kind} was killed`)));
    });
    of.child.send({ id, ...asked }, () => undefined);
    return answer;
  }

  async arm(fault: Fault): Promise<void> {
    await this.ask({ ask: 'arm', fault });
  }

  /** Nothing fails from here on, and it serves again. Did it fail where it was told to? */
  async settle(deathsBefore: number): Promise<boolean> {
    const full = await this.ask({ ask: 'disarm' }).catch(() => false);
    for (let tries = 0; ; tries++) {
      try {
        await this.up;
        break;
      } catch (error) {
        // It was killed while it started, and the next one starts already.
        if (tries > 20) throw error;
      }
    }
    return full === true || this.deaths > deathsBefore;
  }

  /** SIGKILL, from outside. */
  kill(): void {
    this.#now?.child.kill('SIGKILL');
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    for (const one of [this.#now, this.#next]) one?.child.kill('SIGKILL');
    await Promise.all([this.#now?.gone, this.#next.gone]);
  }
}
