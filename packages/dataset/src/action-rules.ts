/** The thresholds of spec/actions.md, in milliseconds and CSS pixels. */
export type ActionRules = {
  /** ACT6 */ jumpMs: number;
  /** ACT12 */ assumedBeforeMs: number;
  /** ACT20 */ dragPx: number;
  /** ACT20 */ excursionPx: number;
  /** ACT21 */ repeatPx: number;
  /** ACT21 */ repeatMs: number;
  /** ACT26 */ pathPoints: number;
  /** ACT27 */ scrollMs: number;
  /** ACT28 */ hoverFromMs: number;
  /** ACT28 */ hoverToMs: number;
  /** ACT30 */ typeMs: number;
  /** ACT31 */ textWithinActions: number;
  /** ACT32 */ keyMs: number;
  /** ACT40 */ causeMs: number;
  /** ACT40 */ redirectMs: number;
  /** ACT41 */ waitMs: number;
};

export const ACTION_RULES: Readonly<ActionRules> = {
  jumpMs: 60_000,
  assumedBeforeMs: 100,
  dragPx: 6,
  excursionPx: 24,
  repeatPx: 4,
  repeatMs: 500,
  pathPoints: 1024,
  scrollMs: 1000,
  hoverFromMs: 20,
  hoverToMs: 1500,
  typeMs: 5000,
  textWithinActions: 32,
  keyMs: 1000,
  causeMs: 5000,
  redirectMs: 1000,
  waitMs: 1000,
};

/** The same rules with their times in ticks. */
export function inTicks(rules: Readonly<ActionRules>, tickMicroseconds: number): ActionRules {
  const ticks = { ...rules };
  for (const name of Object.keys(rules) as (keyof ActionRules)[]) {
    if (name.endsWith('Ms')) ticks[name] = (rules[name] * 1000) / tickMicroseconds;
  }
  return ticks;
}
