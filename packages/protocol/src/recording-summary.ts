import type { Manifest } from './manifest.ts';

/**
 * What is known of a released recording without opening it (spec/upload.md, UPL26): the device says it when it
 * announces, because nobody else can read the manifest. Whoever opens the recording holds the two against each other.
 */
export type RecordingSummary = {
  /** ISO week. */
  week: string;
  /** Null: a task in her own words, which only opening shows. */
  card: { id: string; version: number } | null;
  worked: boolean | null;
  durationMilliseconds: number;
  counts: Manifest['counts'];
  /** Digest of the agreement that it was made under. */
  agreement: string | null;
};

export function summaryOf({ week, task, outcome, clock, counts, agreement }: Manifest): RecordingSummary {
  return {
    week,
    card: task.kind === 'card' ? { id: task.card.id, version: task.card.version } : null,
    worked: outcome.worked,
    durationMilliseconds: Math.round((clock.durationTicks * clock.tickMicroseconds) / 1000),
    counts: { events: counts.events, states: counts.states, frames: counts.frames },
    agreement: agreement?.digest ?? null,
  };
}

/** Names of the fields in which the two differ. */
export function summaryDifference(one: RecordingSummary, two: RecordingSummary): string[] {
  const differing: string[] = [];
  if (one.week !== two.week) differing.push('week');
  if (one.card?.id !== two.card?.id || one.card?.version !== two.card?.version) differing.push('card');
  if (one.worked !== two.worked) differing.push('worked');
  if (one.durationMilliseconds !== two.durationMilliseconds) differing.push('durationMilliseconds');
  for (const kind of ['events', 'states', 'frames'] as const) {
    if (one.counts[kind] !== two.counts[kind]) differing.push(`counts.${kind}`);
  }
  if (one.agreement !== two.agreement) differing.push('agreement');
  return differing;
}
