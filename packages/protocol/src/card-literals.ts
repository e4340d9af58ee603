import type { TaskDescription } from './manifest.ts';

/**
 * The texts that belong to nobody, because the task card says them: what to enter, and by which text one sees
 * that it worked (T19). They may stay literal in typing and states. None for a task in her own words.
 */
export function cardLiterals(task: TaskDescription): string[] {
  if (task.kind !== 'card') return [];
  const seen = (task.card.success ?? []).flatMap((check) => (check.kind === 'path' ? [] : [check.text]));
  return [...Object.values(task.inputs), ...seen];
}
