import type { Demonstration, DemonstrationStep } from '../export/demonstration.ts';
import type { ReleasedQuality } from './task-quality.ts';

/** A task as a release holds it (REL40): what was shown, and what is said of it. */
export type ReleasedTask = Demonstration & {
  template: string | null;
  applications: string[];
  quality: ReleasedQuality;
};

/** JSON lines: the task, then each step, then the end. */
export function taskLines({
  id,
  instruction,
  worked,
  template,
  applications,
  quality,
  stands,
  steps,
  end,
}: ReleasedTask): string {
  const lines: unknown[] = [
    {
      kind: 'task',
      id,
      instruction,
      worked,
      template,
      applications,
      quality,
      ...(stands === undefined ? {} : { stands }),
      steps: steps.length,
    },
    ...steps.map((step, index) => ({ kind: 'step', index, ...step })),
    { kind: 'end', picture: end },
  ];
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

/** Of lines whose digest was right: what a release's own builder wrote. Throws RangeError for others. */
export function readTaskLines(text: string): ReleasedTask {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const [task, last] = [lines[0], lines.at(-1)];
  const between = lines.slice(1, -1);
  if (task?.['kind'] !== 'task' || last?.['kind'] !== 'end' || task['steps'] !== between.length)
    throw new RangeError('not the lines of a task');
  const steps = between.map((line, i): DemonstrationStep => {
    if (line['kind'] !== 'step' || line['index'] !== i) throw new RangeError('not the lines of a task');
    const { kind: _, index: __, ...step } = line;
    return step as DemonstrationStep;
  });
  const { kind: _, steps: __, ...said } = task;
  return {
    ...(said as Omit<ReleasedTask, 'steps' | 'end'>),
    steps,
    end: last['picture'] as ReleasedTask['end'],
  };
}
