const DRAWS = 1000;

/** A mean over steps with 95 % bounds. */
export type Measured = { mean: number; low: number; high: number; n: number };

/** Scores of one task at a time, each under one or several names. */
export class MeasuredGroups<Name extends string> {
  readonly #byTask = new Map<Name, number[][]>();

  addTask(scores: Iterable<readonly [Name, number]>): void {
    const own = new Map<Name, number[]>();
    for (const [name, score] of scores) {
      const there = own.get(name);
      if (there) there.push(score);
      else own.set(name, [score]);
    }
    for (const [name, of] of own) this.#byTask.set(name, [...(this.#byTask.get(name) ?? []), of]);
  }

  measured(random: () => number): Partial<Record<Name, Measured>> {
    return Object.fromEntries(
      [...this.#byTask].map(([name, scores]) => [name, measured(scores, random)]),
    ) as Partial<Record<Name, Measured>>;
  }
}

/** Bounds by drawing whole tasks anew: steps of one task hang together. */
export function measured(byTask: readonly (readonly number[])[], random: () => number): Measured {
  const all = byTask.flat();
  if (all.length === 0) return { mean: 0, low: 0, high: 0, n: 0 };
  const sums = byTask.map((own) => ({ sum: own.reduce((total, one) => total + one, 0), n: own.length }));
  const drawn = Array.from({ length: DRAWS }, () => {
    let sum = 0;
    let n = 0;
    for (let i = 0; i < sums.length; i++) {
      const one = sums[Math.floor(random() * sums.length)];
      sum += one?.sum ?? 0;
      n += one?.n ?? 0;
    }
    return n === 0 ? 0 : sum / n;
  }).sort((a, b) => a - b);
  return {
    mean: all.reduce((total, one) => total + one, 0) / all.length,
    low: drawn[Math.floor(DRAWS * 0.025)] ?? 0,
    high: drawn[Math.floor(DRAWS * 0.975)] ?? 0,
    n: all.length,
  };
}
