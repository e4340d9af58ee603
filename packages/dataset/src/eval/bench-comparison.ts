import { type Player, scoredSteps } from './bench-score.ts';
import type { BenchTask, TruthAction } from './bench-task.ts';
import { type Measured, measured } from './measured.ts';

/** How much more one player scores than another at the very same steps (EVA18). */
export type BenchComparison = {
  difference: Measured;
  byKind: Partial<Record<TruthAction['type'], Measured>>;
  /** Steps at which the one scores more, the other does, and both the same. */
  more: number;
  less: number;
  same: number;
};

/** Paired by step, so that what is hard is hard for both; whole tasks are drawn anew for the bounds. `random` gives 0 to 1. */
export function compareBench(
  tasks: readonly BenchTask[],
  { one, other }: { one: Player; other: Player },
  random: () => number,
): BenchComparison {
  const totals: number[][] = [];
  const kinds = new Map<TruthAction['type'], number[][]>();
  for (const task of tasks) {
    const others = [...scoredSteps(task, other)];
    const own: number[] = [];
    const ownKinds = new Map<TruthAction['type'], number[]>();
    for (const [i, { score }] of [...scoredSteps(task, one)].entries()) {
      const beside = others[i]?.score ?? { total: 0, byKind: {} };
      own.push(score.total - beside.total);
      for (const [kind, value] of Object.entries(score.byKind) as [TruthAction['type'], number][])
        ownKinds.set(kind, [...(ownKinds.get(kind) ?? []), value - (beside.byKind[kind] ?? 0)]);
    }
    totals.push(own);
    for (const [kind, values] of ownKinds) kinds.set(kind, [...(kinds.get(kind) ?? []), values]);
  }
  const all = totals.flat();
  const more = all.filter((value) => value > 0).length;
  const less = all.filter((value) => value < 0).length;
  return {
    difference: measured(totals, random),
    byKind: Object.fromEntries([...kinds].map(([kind, values]) => [kind, measured(values, random)])),
    ...{ more, less, same: all.length - more - less },
  };
}
