/**
 * When a device speaks: once in each period, at a time drawn anew from the middle of it (RLY20). It knows
 * nothing of what is said, and nothing that happens on the device moves it (T2).
 */
export type Beat = {
  /** Milliseconds since the epoch. */
  at: number;
};

/** Clocks differ a little; near the edge a cell could fall into the neighbour's period at the relay. */
const EDGE = 0.1;

/** The next time to speak. `last`: the one before, so that no period has two; a period that was missed stays so. */
export function nextBeat(
  given: { now: number; periodMilliseconds: number; last: Beat | null },
  /** Evenly in [0, 1). */
  draw: () => number,
): Beat {
  const { now, periodMilliseconds, last } = given;
  const current = Math.floor(now / periodMilliseconds);
  const spoken = last === null ? current : Math.floor(last.at / periodMilliseconds);
  const period = Math.max(spoken, current) + 1;
  return { at: Math.floor((period + EDGE + (1 - 2 * EDGE) * draw()) * periodMilliseconds) };
}
