import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { verifyGrant } from './grant.ts';
import type { Grant } from './grant-document.ts';
import { accessFaults, readJobKey } from './grant-job.ts';
import type { SlicedRecording } from './grant-slice.ts';
import type { PlainUse } from './uses-entry.ts';
import type { VerifiedRules } from './verified-rules.ts';

/** What one who holds halves is shown before giving any (spec/grant.md, GRT40-GRT42). */
export type ShownAccess = {
  grant: Uint8Array;
  notes: readonly Uint8Array[];
  jobKey: Uint8Array;
  /** With what the holder itself knows of each; what is not known is not within a slice that asks for it. */
  recordings: readonly SlicedRecording[];
};

/** `recipient`: whom halves are sealed to. */
export type AccessVerdict = Checked<{ grant: Grant; use: PlainUse; recipient: string }>;

/** By how many seconds the clock that wrote the entry may be before this one. */
const AHEAD = 300;
const HYBRID = /^age1pq1[a-z0-9]{1,4000}$/;

/**
 * May halves of these recordings be given to this job now? All the faults at once; never throws. `entry` is as the holder
 * proved it itself to stand in the log of uses. Times are seconds since 1970.
 */
export async function judgeAccess(
  shown: ShownAccess,
  by: {
    rules: VerifiedRules;
    entry: Checked<PlainUse>;
    now: number;
    /** How long after its entry an access may ask. */
    accessSeconds: number;
    subtle: SubtleCrypto;
    /** Who knows weeks and cards: this holder, or another one that is asked as well; a list of recordings is held here. */
    labels?: 'here' | 'elsewhere';
  },
): Promise<AccessVerdict> {
  const { rules, entry, now, subtle } = by;
  const verdict = await verifyGrant({
    grant: shown.grant,
    notes: shown.notes,
    rules: rules.state,
    rulesTime: rules.checkpointTime,
    now: now * 1000,
    subtle,
  });
  const faults: Fault[] = [verdict, entry].flatMap((one) => (one.ok ? [] : [...one.faults]));
  if (!verdict.ok || !entry.ok) return { ok: false, faults };
  const { grant } = verdict;
  const use = entry.value;
  const about = await accessFaults(use, { grant, recordings: shown.recordings, subtle });
  const isElsewhere = by.labels === 'elsewhere' && grant.slice.kind !== 'recordings';
  faults.push(...about.filter(({ rule }) => rule !== 'GRT42' || !isElsewhere));
  if (use.at > now + AHEAD) {
    faults.push({ rule: 'GRT43', at: 'entry', message: 'was written later than now' });
  } else if (use.at < now - by.accessSeconds) {
    faults.push({ rule: 'GRT43', at: 'entry', message: 'is too old' });
  }
  const recipient = readJobKey(shown.jobKey, grant);
  if (recipient === null || !HYBRID.test(recipient)) {
    faults.push({
      rule: 'GRT40',
      at: 'jobKey',
      message: 'names no hybrid recipient under the grant’s key',
    });
  } else if (faults.length === 0) return { ok: true, value: { grant, use, recipient } };
  return { ok: false, faults };
}
