import type { PointerAction } from './pointer-action.ts';

/** A longer task is cut into parts of at most so many actions, where nobody has said where its subgoals begin (MOV27). */
export const PART_ACTIONS = 12;

/** Parts of nearly one length, in order; each is released under an identifier of its own. */
export function partsOf(actions: readonly PointerAction[], most: number = PART_ACTIONS): PointerAction[][] {
  const count = Math.max(1, Math.ceil(actions.length / most));
  return Array.from({ length: count }, (_, i) =>
    actions.slice(Math.round((i * actions.length) / count), Math.round(((i + 1) * actions.length) / count)),
  );
}
