/** How long one piece of work may hold the page's main thread (T17; AGT40). Milliseconds. */
export const SLICE = 10;
/** The first state comes in one piece if it can: a task of 50 would be one that the page can notice. */
export const FIRST_SLICE = 35;

/** Says when the time is up; looks at the clock every few calls. */
export function timeSlice(now: () => number, milliseconds: number): () => boolean {
  const until = now() + milliseconds;
  let calls = 0;
  let over = false;
  return () => {
    if (!over && (calls++ & 7) === 0) over = now() >= until;
    return over;
  };
}
