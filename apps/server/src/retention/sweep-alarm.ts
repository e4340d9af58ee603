/** A run of the sweep that came to an end, well or not. Milliseconds since the epoch. */
export type EndedSweep = { began: number; ended: number; failed: boolean; unplaced: number };

/**
 * Why somebody has to look (RET8). `never`: none has ended. `late`: none in a day, or the clock went back behind the last.
 * `failed`: the last was not through. `unplaced`: it met recordings of which nothing says how long they may be kept.
 */
export type SweepAlarm = 'never' | 'late' | 'failed' | 'unplaced';

const DAY = 86_400_000;
/** Clocks are set by a little all the time. */
const BACK = 3_600_000;

/** Null: limits are being enforced. */
export function sweepAlarm(last: EndedSweep | null, now: number): SweepAlarm | null {
  if (last === null) return 'never';
  // Not a number is late as well.
  if (!(now - last.ended <= DAY && last.ended - now <= BACK)) return 'late';
  if (last.failed) return 'failed';
  return last.unplaced > 0 ? 'unplaced' : null;
}
