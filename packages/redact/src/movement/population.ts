/**
 * How people in general move, press and turn (MOV20). Nothing here is fitted to anybody who records: the figures are round
 * ones, of the size that textbooks of human-computer interaction give, and are the same for all. What a model learns
 * from a released trajectory is this page. Times are milliseconds; `[median, spread]` are of log-normal distributions.
 */
export const POPULATION = {
  /** Between samples of a motion. */
  sampleMs: 16,
  /** A motion takes `base + slope * log2(1 + distance / width)`, times a spread. */
  motion: { base: 180, slope: 130, width: 48, spread: 0.18, longest: 2500 },
  /** How far a way bends from the straight line, as a share of its length. */
  bend: 0.04,
  /** Before the motion to an action sets out. */
  hesitation: [420, 0.45] as const,
  /** From arriving to pressing, and to the first turn of the wheel. */
  dwell: [110, 0.35] as const,
  hold: [95, 0.25] as const,
  /** From a release to the next press of one double click. */
  repeat: [140, 0.2] as const,
  /** Before a drag sets out and before it is let go. */
  grip: [120, 0.3] as const,
  /** Between turns of one scroll, and how many turns it has where nothing says how far it went. */
  turn: [60, 0.3] as const,
  turns: [5, 0.5] as const,
  /** Between the keys of one run of typing, and how long one is down. */
  key: [170, 0.4] as const,
  keyHold: [85, 0.25] as const,
  /** Apart from the click before it, so that two clicks stay two (ACT21), and two scrolls (ACT27). */
  apartMs: 640,
  scrollApartMs: 1150,
  /** How clicks lie in a control: normal around its middle, with this share of its size, within its inner nine tenths. */
  place: { spread: 0.17, inner: 0.9 },
} as const;
