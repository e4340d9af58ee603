import { readCourse } from '../subgoals.ts';
import { surrogatedRecording } from '../surrogated-recording.ts';
import { cutAtSubgoals, type TaskPart } from '../task-parts.ts';
import type { ExportRecording } from './export-recording.ts';

/** A task of an export: a recording under its own id, or a part of one under an id that says nothing of it (MOV52). */
export type ExportedTask = { id: string; of: ExportRecording; part: TaskPart | null; applications: string[] };

/** The tasks that a recording is at `release`; where nobody is beside it only a short one is whole (MOV54). */
export async function exportedTasks(
  of: ExportRecording,
  { whole, freshId }: { whole: boolean; freshId: () => string },
): Promise<{ tasks: ExportedTask[]; withoutSubgoal: number }> {
  const course = await readCourse(of);
  const { parts, withoutSubgoal } = whole ? { parts: [], withoutSubgoal: 0 } : cutAtSubgoals(course);
  const visited = [...course.visited].sort();
  if (parts.length === 0)
    return { tasks: [{ id: of.manifest.id, of, part: null, applications: visited }], withoutSubgoal };
  const tasks = parts.map((part): ExportedTask => {
    const within = new Set(course.origins.slice(part.from, part.to));
    const applications = [...within].filter((origin) => origin !== null).sort();
    return { id: freshId(), of, part, applications };
  });
  return { tasks, withoutSubgoal };
}

/**
 * What an exporter reads of it; `salt`: of surrogates, null where masked text stays filler. `shipped`: labels that the application
 * is known to ship.
 */
export function shownTask(
  { id, of }: ExportedTask,
  salt: string | null,
  shipped: Iterable<string> = [],
): ExportRecording {
  const named = { ...of, manifest: { ...of.manifest, id } };
  return salt === null ? named : surrogatedRecording(named, { salt, task: id, shipped });
}
