import type { BenchStep, BenchTask, PlayedAction, TruthAction } from './bench-task.ts';
import { type Measured, MeasuredGroups, measured } from './measured.ts';
import { type StepScore, scoreStep } from './step-score.ts';

/** What a player does at a step; null: it gave no answer, which counts as nothing done. */
export type Player = (task: BenchTask, step: BenchStep) => readonly PlayedAction[] | null;

export type BenchScore = {
  tasks: number;
  steps: number;
  /** Steps without an answer. */
  unanswered: number;
  /** Mean of the steps' scores, with 95 % bounds (EVA16). */
  score: Measured;
  /** The same for each kind of action that the steps ask for. */
  byKind: Partial<Record<TruthAction['type'], Measured>>;
  /** The same for each origin that tasks say they go over. */
  byApplication: Partial<Record<string, Measured>>;
};

/** What was played at one step, and what it is worth. */
export type ScoredStep = { step: BenchStep; played: readonly PlayedAction[] | null; score: StepScore };

/** Of one task, each step by itself (EVA15); steps that ask for nothing are left out. */
export function* scoredSteps(task: BenchTask, play: Player): Generator<ScoredStep> {
  for (const step of task.steps) {
    if (step.ground_truth_actions.length === 0) continue;
    const played = play(task, step);
    yield { step, played, score: scoreStep(step.ground_truth_actions, played ?? []) };
  }
}

/** Plays every step of every task by itself: no mistake carries on to the next (EVA15). `random` gives 0 to 1. */
export function scoreBench(
  tasks: readonly BenchTask[],
  play: Player,
  random: () => number,
  onTask?: (done: number) => void,
): BenchScore {
  const totals: number[][] = [];
  const kinds = new MeasuredGroups<TruthAction['type']>();
  const applications = new MeasuredGroups<string>();
  let unanswered = 0;
  for (const [i, task] of tasks.entries()) {
    const steps = [...scoredSteps(task, play)];
    unanswered += steps.filter(({ played }) => played === null).length;
    const own = steps.map(({ score }) => score.total);
    totals.push(own);
    kinds.addTask(
      steps.flatMap(({ score }) => Object.entries(score.byKind) as [TruthAction['type'], number][]),
    );
    applications.addTask(byApplication(task, own));
    onTask?.(i + 1);
  }
  return {
    tasks: tasks.length,
    steps: totals.flat().length,
    unanswered,
    score: measured(totals, random),
    byKind: kinds.measured(random),
    byApplication: applications.measured(random),
  };
}

/** A task that goes over several counts in each (EVA16). */
export function byApplication(task: BenchTask, scores: readonly number[]): [string, number][] {
  return task.applications.flatMap((one) => scores.map((score): [string, number] => [one, score]));
}
