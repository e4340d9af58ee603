import type { Ranker } from './element-policy.ts';
import type { ElementStep, ElementTask } from './element-step.ts';
import { type Measured, measured } from './measured.ts';

/** The share of steps at which a ranker finds what was acted on, with 95 % bounds by drawing tasks anew (EVA16, EVA36). */
export type ElementScore = {
  tasks: number;
  unknown: number;
  found: Measured;
  byKind: Record<string, Measured>;
  byApplication: Record<string, Measured>;
};

/** What several rankers made of the same steps, one task at a time. */
export class ElementTally<Name extends string> {
  readonly #rankers: Readonly<Record<Name, Ranker>>;
  readonly #names: readonly Name[];
  readonly #tasks: { applications: readonly string[]; kinds: string[]; found: Record<Name, number[]> }[] = [];
  #unknown = 0;

  constructor(rankers: Readonly<Record<Name, Ranker>>) {
    this.#rankers = rankers;
    this.#names = Object.keys(rankers) as Name[];
  }

  add({ applications, steps, unknown }: ElementTask): void {
    this.#unknown += unknown;
    const found = Object.fromEntries(
      this.#names.map((name) => [name, steps.map((step) => foundAt(step, this.#rankers[name]))]),
    ) as Record<Name, number[]>;
    this.#tasks.push({ applications, kinds: steps.map(({ kind }) => kind), found });
  }

  score(name: Name, random: () => number): ElementScore {
    const of = (keeps: (kind: string, applications: readonly string[]) => boolean) =>
      measured(
        this.#tasks.map(({ applications, kinds, found }) =>
          found[name].filter((_, i) => keeps(kinds[i] ?? '', applications)),
        ),
        random,
      );
    const each = (
      values: Iterable<string>,
      keeps: (one: string, kind: string, all: readonly string[]) => boolean,
    ) =>
      Object.fromEntries(
        [...new Set(values)]
          .sort()
          .map((one) => [one, of((kind, applications) => keeps(one, kind, applications))]),
      );
    return {
      tasks: this.#tasks.length,
      unknown: this.#unknown,
      found: of(() => true),
      byKind: each(
        this.#tasks.flatMap(({ kinds }) => kinds),
        (one, kind) => one === kind,
      ),
      byApplication: each(
        this.#tasks.flatMap(({ applications }) => applications),
        (one, _, applications) => applications.includes(one),
      ),
    };
  }

  /** How much more `name` finds than `other`, at the same steps: paired, so that hard tasks are hard for both. */
  difference(name: Name, other: Name, random: () => number): Measured {
    return measured(
      this.#tasks.map(({ found }) => found[name].map((one, i) => one - (found[other][i] as number))),
      random,
    );
  }
}

/** 1, 0, or the chance of it where several nodes are ranked highest. */
function foundAt({ view, truth }: ElementStep, ranker: Ranker): number {
  const scores = ranker(view);
  const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return scores[truth] === highest ? 1 / scores.filter((score) => score === highest).length : 0;
}
