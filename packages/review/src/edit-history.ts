import { type EditList, NO_EDITS } from './edit-list.ts';

/** Undo and redo of an edit list: values only, so that any state of the desk can be drawn again. */
export type EditHistory = {
  past: readonly EditList[];
  present: EditList;
  future: readonly EditList[];
};

const MOST_STEPS = 500;

export function beginHistory(edits: EditList = NO_EDITS): EditHistory {
  return { past: [], present: edits, future: [] };
}

/** A change that changes nothing leaves no step to undo. What was undone before it is forgotten. */
export function change(history: EditHistory, edits: EditList): EditHistory {
  if (same(history.present, edits)) return history;
  return { past: [...history.past, history.present].slice(-MOST_STEPS), present: edits, future: [] };
}

/** The same history when there is nothing to undo. */
export function undo(history: EditHistory): EditHistory {
  const before = history.past.at(-1);
  if (!before) return history;
  return {
    past: history.past.slice(0, -1),
    present: before,
    future: [history.present, ...history.future],
  };
}

/** The same history when there is nothing to redo. */
export function redo(history: EditHistory): EditHistory {
  const [next, ...later] = history.future;
  if (!next) return history;
  return { past: [...history.past, history.present], present: next, future: later };
}

function same(a: EditList, b: EditList): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
