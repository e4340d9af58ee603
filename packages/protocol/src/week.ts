/**
 * The ISO 8601 week that an instant falls into, in UTC, as `2026-W47` (REC6): all that a recording tells of
 * the calendar.
 */
export function isoWeek(ms: number): string {
  const day = new Date(ms);
  if (Number.isNaN(day.getTime())) throw new RangeError('not an instant');
  // A week belongs to the year of its Thursday.
  const thursday = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()));
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  const dayOfYear = (thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000;
  return `${String(year).padStart(4, '0')}-W${String(Math.floor(dayOfYear / 7) + 1).padStart(2, '0')}`;
}

/** 52 or 53: December 28 is always in the last week. */
export function weeksIn(year: number): number {
  return Number(isoWeek(Date.UTC(year, 11, 28)).slice(-2));
}
