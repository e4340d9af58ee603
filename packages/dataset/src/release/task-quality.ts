import type { DemonstrationStep } from '../export/demonstration.ts';
import type { ModelAction } from '../export/model-action.ts';

/** Of one task, for choosing among tasks (REL30). About a task and never about a person (T15). */
export type TaskQuality = {
  worked: boolean | null;
  steps: number;
  /** Share of steps that did again what the step before did, or took it back. */
  redundant: number;
  /** Stretches that the recorder did not see. */
  gaps: number;
  /** Share of typing and choosing that is filler; 0 without any. */
  masked: number;
  /** Steps a minute as recorded: a person's pace. Filters use it in the vault; no release holds it. */
  pace: number;
};

/** What a release says of a task. */
export type ReleasedQuality = Omit<TaskQuality, 'pace'>;

/** Limits that a task has to keep; without one everything is taken. */
export type QualityFilter = {
  /** Only tasks of which she said that they worked. */
  worked?: boolean;
  leastSteps?: number;
  mostRedundant?: number;
  mostGaps?: number;
  mostMasked?: number;
  mostPace?: number;
};

export function taskQuality(told: {
  steps: readonly Pick<DemonstrationStep, 'action' | 'masked'>[];
  worked: boolean | null;
  gaps: number;
  seconds: number;
}): TaskQuality {
  const { steps, worked, gaps, seconds } = told;
  const worded = steps.filter(({ action }) => action.kind === 'type' || action.kind === 'select');
  const again = steps.filter(
    ({ action }, i) => takesBack(action) || isRepeat(steps[i - 1]?.action ?? null, action),
  );
  return {
    worked,
    steps: steps.length,
    redundant: share(again.length, steps.length),
    gaps,
    masked: share(worded.filter(({ masked }) => masked).length, worded.length),
    pace: seconds > 0 ? (60 * steps.length) / seconds : 0,
  };
}

/** Which limit it does not keep, the first of them; null: it keeps all. */
export function filteredBy(quality: TaskQuality, filter: QualityFilter) {
  const { worked = false, leastSteps = 1 } = filter;
  const most = (limit: number | undefined) => limit ?? Number.POSITIVE_INFINITY;
  if (worked && quality.worked !== true) return 'quality.worked';
  if (quality.steps < leastSteps) return 'quality.steps';
  if (quality.redundant > most(filter.mostRedundant)) return 'quality.redundant';
  if (quality.gaps > most(filter.mostGaps)) return 'quality.gaps';
  if (quality.masked > most(filter.mostMasked)) return 'quality.masked';
  if (quality.pace > most(filter.mostPace)) return 'quality.pace';
  return null;
}

/** Places within two hundredths of the picture are one. */
const NEAR = 0.02;

function isRepeat(before: ModelAction | null, action: ModelAction): boolean {
  if (before === null || before.kind !== action.kind) return false;
  if (action.kind === 'click' && before.kind === 'click') {
    const apart = Math.hypot(action.at.x - before.at.x, action.at.y - before.at.y);
    return action.button === before.button && action.count === before.count && apart < NEAR;
  }
  if (action.kind === 'wait') return true;
  return false;
}

function takesBack(action: ModelAction): boolean {
  if (action.kind !== 'keys') return false;
  const keys = action.keys.map((key) => key.toLowerCase());
  return keys.includes('z') && keys.some((key) => key === 'control' || key === 'meta');
}

function share(part: number, whole: number): number {
  // Thousandths: a release is the same bytes on every machine.
  return whole === 0 ? 0 : Math.round((1000 * part) / whole) / 1000;
}
