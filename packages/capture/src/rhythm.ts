/**
 * When a device speaks: in each period it collects once and leaves once, at times drawn anew (RLY20). It
 * knows nothing of what is said, and nothing that happens on the device moves it (T2).
 */
export type Beat = {
  /** Milliseconds since the epoch, both in one period and in this order. */
  collectAt: number;
  leaveAt: number;
};

/** Clocks differ a little; near the edge a cell could fall into the neighbour's period at the relay. */
const EDGE = 0.1;

/** The next times to speak. `last`: those before, so that no period has two; a period that was missed stays so. */
export function nextBeat(
  given: { now: number; periodMilliseconds: number; last: Beat | null },
  /** Evenly in [0, 1). */
  draw: () => number,
): Beat {
  const { now, periodMilliseconds, last } = given;
  const current = Math.floor(now / periodMilliseconds);
  const spoken = last === null ? current : Math.floor(last.leaveAt / periodMilliseconds);
  const period = Math.max(spoken, current) + 1;
  const drawn = (from: number) => Math.round((period + from + (0.5 - EDGE) * draw()) * periodMilliseconds);
  return { collectAt: drawn(EDGE), leaveAt: drawn(0.5) };
}
