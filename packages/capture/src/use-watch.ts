/**
 * What a recording takes of the computer, held to the agreed budget (CAP61-CAP65, T17): time of main threads over a
 * window, and memory. Over it, agents are slowed first; still over it after a whole window of that, it ends.
 */
export type UseBudget = {
  /** Of one core; 1 is all of it. */
  cpuShare: number;
  memoryBytes: number;
};

export type Use = { cpuShare: number; memoryBytes: number; slow: boolean };

/** Milliseconds over which the share is taken: a page's first state is work that does not go on. */
export const USE_WINDOW = 20_000;
const BIN = 500;

export class UseWatch {
  readonly #budget: UseBudget;
  /** Work by half seconds, of the window alone. */
  #bins: { from: number; busy: number }[] = [];
  readonly #held = new Map<string, number>();
  #slowSince: number | null = null;

  constructor(budget: UseBudget) {
    this.#budget = budget;
  }

  get slow(): boolean {
    return this.#slowSince !== null;
  }

  worked(now: number, busy: number): void {
    const last = this.#bins.at(-1);
    if (last && now - last.from < BIN) last.busy += busy;
    else this.#bins.push({ from: now, busy });
  }

  /** `bytes` of `who` now; zero when it is gone. */
  holds(who: string, bytes: number): void {
    if (bytes > 0) this.#held.set(who, bytes);
    else this.#held.delete(who);
  }

  use(now: number): Use {
    this.#bins = this.#bins.filter(({ from }) => from > now - USE_WINDOW);
    const busy = this.#bins.reduce((sum, bin) => sum + bin.busy, 0);
    const memoryBytes = [...this.#held.values()].reduce((sum, bytes) => sum + bytes, 0);
    return { cpuShare: busy / USE_WINDOW, memoryBytes, slow: this.slow };
  }

  /** Changes the pace where it must; says what the recording has to end for. */
  look(now: number): 'cpu' | 'memory' | null {
    const { cpuShare, memoryBytes } = this.use(now);
    const { cpuShare: mostCpu, memoryBytes: mostMemory } = this.#budget;
    const over = cpuShare > mostCpu ? 'cpu' : memoryBytes > mostMemory ? 'memory' : null;
    if (this.#slowSince === null) {
      if (over) this.#slowSince = now;
      return null;
    }
    // Before that the window still holds work of the time before it was slowed.
    if (now - this.#slowSince < USE_WINDOW) return null;
    if (over) return over;
    // Well below, so that it does not go up and down all the time.
    if (cpuShare < mostCpu / 2 && memoryBytes < mostMemory / 2) this.#slowSince = null;
    return null;
  }
}
