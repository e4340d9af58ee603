import type { PlainUse } from '@aboveboard/consent/uses-entry';

/** What was done with recordings on one day, by the log's own times. Days without anything are there too. */
export type DayCount = {
  /** `2026-11-22`, in UTC. */
  day: string;
  /** How often recordings were opened, and how many that were, each opening counted anew. */
  openings: number;
  recordings: number;
  /** Datasets built or withdrawn, and deletions. */
  datasets: number;
  deletions: number;
};

const DAY = 86_400;

/**
 * The last `most` days up to `until` (seconds since 1970), the newest first; fewer where `entries` don't reach
 * back that far. `whole`: nothing stands before the first of them. A day of which a part may be missing is not
 * counted, so that no zero is said that nobody checked.
 */
export function dayCounts(
  entries: readonly PlainUse[],
  given: { until: number; whole: boolean; most: number },
): DayCount[] {
  const last = Math.floor(given.until / DAY);
  const earliest = Math.min(...entries.map(({ at }) => Math.floor(at / DAY)), last + 1);
  const from = Math.max(last - given.most + 1, given.whole ? 0 : earliest + 1);
  const days = new Map<number, DayCount>();
  for (let day = last; day >= from; day--) days.set(day, emptyDay(day));
  for (const { at, act } of entries) {
    const count = days.get(Math.floor(at / DAY));
    if (!count) continue;
    if (act.kind === 'access') {
      count.openings += 1;
      count.recordings += act.recordings;
    } else if (act.kind === 'deletion') count.deletions += 1;
    else if (act.kind === 'dataset' || act.kind === 'dataset-withdrawn') count.datasets += 1;
  }
  return [...days.values()];
}

function emptyDay(day: number): DayCount {
  const name = new Date(day * DAY * 1000).toISOString().slice(0, 10);
  return { day: name, openings: 0, recordings: 0, datasets: 0, deletions: 0 };
}
