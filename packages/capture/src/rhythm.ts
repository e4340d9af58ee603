/**
 * When a cell goes: once in each period, at a time drawn anew and evenly within it (RLY20). It knows nothing
 * of what is said, and nothing that happens on the device moves it (T2).
 */
export type Beat = { at: number };

/** The first beat after `now`: in the period that `now` lies in if its drawn time is still to come. */
export function nextBeat(
  given: { now: number; periodMilliseconds: number; last: Beat | null },
  /** Evenly in [0, 1). */
  draw: () => number,
): Beat {
  const { now, periodMilliseconds, last } = given;
  const periodOf = (time: number) => Math.floor(time / periodMilliseconds);
  const lastPeriod = last === null ? periodOf(now) - 1 : periodOf(last.at);
  // A device that slept takes up the rhythm: it sends none for the periods that it missed.
  const period = Math.max(lastPeriod + 1, periodOf(now));
  const at = period * periodMilliseconds + Math.floor(draw() * periodMilliseconds);
  return { at: at > now ? at : (period + 1) * periodMilliseconds + Math.floor(draw() * periodMilliseconds) };
}
