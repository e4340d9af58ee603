import { type Draft, draftOfText } from './draft.ts';

/** The draft in this browser. Written with each change, so that a reload or a crash loses nothing. */
const KEY = 'aboveboard-agreement-draft';

export function keptDraft(): Draft | null {
  try {
    return draftOfText(localStorage.getItem(KEY) ?? '');
  } catch {
    return null;
  }
}

/** False: this browser keeps nothing (a private window, or no room). */
export function keepDraft(draft: Draft | null): boolean {
  try {
    if (draft) localStorage.setItem(KEY, JSON.stringify(draft));
    else localStorage.removeItem(KEY);
    return true;
  } catch {
    return false;
  }
}
