import { byApplication, type Player, scoredSteps } from './bench-score.ts';
import type { BenchTask, TruthAction } from './bench-task.ts';
import { type Measured, MeasuredGroups, measured } from './measured.ts';

/** How much more one player scores than another at the very same steps (EVA18). */
export type BenchComparison = {
  difference: Measured;
  byKind: Partial<Record<TruthAction['type'], Measured>>;
  byApplication: Partial<Record<string, Measured>>;
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
  const kinds = new MeasuredGroups<TruthAction['type']>();
  const applications = new MeasuredGroups<string>();
  for (const task of tasks) {
    const others = [...scoredSteps(task, other)];
    const steps = [...scoredSteps(task, one)].map(({ score }, i) => ({
      score,
      beside: others[i]?.score ?? { total: 0, byKind: {} },
    }));
    const own = steps.map(({ score, beside }) => score.total - beside.total);
    totals.push(own);
    kinds.addTask(
      steps.flatMap(({ score, beside }) =>
        (Object.entries(score.byKind) as [TruthAction['type'], number][]).map(
          ([kind, value]) => [kind, value - (beside.byKind[kind] ?? 0)] as const,
        ),
      ),
    );
    applications.addTask(byApplication(task, own));
  }
  const all = totals.flat();
  const more = all.filter((value) => value > 0).length;
  const less = all.filter((value) => value < 0).length;
  return {
    difference: measured(totals, random),
    byKind: kinds.measured(random),
    byApplication: applications.measured(random),
    ...{ more, less, same: all.length - more - less },
  };
}
