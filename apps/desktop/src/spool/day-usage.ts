import type { KeepValue, Kept } from '@aboveboard/capture/line/kept-value';

type Usage = { day: string; milliseconds: number };

/** How long was recorded on this day, beside what runs. */
export class DayUsage {
  readonly #kept: Kept<Usage>;
  #last: Usage;

  private constructor(kept: Kept<Usage>, last: Usage) {
    this.#kept = kept;
    this.#last = last;
  }

  static async read(keep: KeepValue): Promise<DayUsage> {
    const kept = keep<Usage>('usage');
    return new DayUsage(kept, (await kept.get()) ?? { day: '', milliseconds: 0 });
  }

  on(now: number): number {
    return this.#last.day === dayOf(now) ? this.#last.milliseconds : 0;
  }

  /** Counts at once; whether it could be kept is for the disk to say. */
  add(milliseconds: number, now: number): () => Promise<void> {
    this.#last = { day: dayOf(now), milliseconds: this.on(now) + milliseconds };
    return () => this.#kept.put(this.#last).catch(() => undefined);
  }
}

function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
