import type { Drawing } from './drawing.ts';
import type { PointerAction } from './pointer-action.ts';

/** Fewer people than this make no cohort (T15). */
export const LEAST_COHORT = 10;
/** The longest stretch of one person's order that stays together (MOV30). */
export const PIECE_ACTIONS = 8;

export type MixedTask = {
  actions: PointerAction[];
  /** Whose each piece was, in the order of the task: for measuring the risk, never for the release. */
  sources: { person: number; task: number; from: number; to: number }[];
};

export type Mixture = {
  tasks: MixedTask[];
  /** Actions on elements that too few people acted on, and those that no whole piece was made of (MOV31). */
  dropped: { rare: number; rest: number };
};

/**
 * Tasks of pieces of everybody (MOV30, MOV31). `cohort[p]` are the tasks of person p. Throws RangeError where there are
 * fewer than `least` people.
 */
export function mixed(
  cohort: readonly (readonly (readonly PointerAction[])[])[],
  draws: Drawing,
  { least = LEAST_COHORT, pieceActions = PIECE_ACTIONS } = {},
): Mixture {
  if (cohort.length < least) throw new RangeError(`a cohort has at least ${least} people`);
  const known = knownTo(cohort, least);
  const dropped = { rare: 0, rest: 0 };
  const pieces = cohort.map((tasks) =>
    tasks.flatMap((task, number) => {
      const stay = task.filter(({ on }) => known.has(on.id));
      dropped.rare += task.length - stay.length;
      const cut: { task: number; actions: PointerAction[] }[] = [];
      for (let i = 0; i + pieceActions <= stay.length; i += pieceActions) {
        cut.push({ task: number, actions: stay.slice(i, i + pieceActions) });
      }
      dropped.rest += stay.length % pieceActions;
      return cut;
    }),
  );
  const count = Math.min(...pieces.map(({ length }) => length));
  const drawn = pieces.map((own) => shuffled(own, draws));
  for (const own of drawn) dropped.rest += (own.length - count) * pieceActions;
  const tasks = Array.from({ length: count }, (_, i): MixedTask => {
    const actions: PointerAction[] = [];
    const sources: MixedTask['sources'] = [];
    const order = shuffled([...cohort.keys()], draws);
    for (const person of order) {
      const piece = drawn[person]?.[i];
      if (piece === undefined) continue;
      const from = actions.length;
      actions.push(...piece.actions);
      sources.push({ person, task: piece.task, from, to: actions.length });
    }
    return { actions, sources };
  });
  return { tasks, dropped };
}

/** Elements that at least so many people acted on. */
function knownTo(cohort: readonly (readonly (readonly PointerAction[])[])[], least: number): Set<number> {
  const people = new Map<number, number>();
  for (const tasks of cohort) {
    const own = new Set(tasks.flatMap((task) => task.map(({ on }) => on.id)));
    for (const id of own) people.set(id, (people.get(id) ?? 0) + 1);
  }
  return new Set([...people].filter(([, count]) => count >= least).map(([id]) => id));
}

function shuffled<T>(items: readonly T[], draws: Drawing): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = draws.below(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}
