import type { GrantSlice } from '@aboveboard/consent/grant-document';
import { type SlicedRecording, sliceCovers } from '@aboveboard/consent/grant-slice';
import { verifyHold } from '@aboveboard/consent/hold';
import type { KnownLogs } from '../witness/known-logs.ts';
import type { OwnPairs } from '../witness/witness-identity.ts';
import type { WitnessRows } from '../witness/witness-rows.ts';
import { cosignedEntry } from './cosigned-entry.ts';
import type { GuardianRules } from './guardian-rules.ts';

/** A hold as the server shows it: nothing of it is believed. */
export type HoldShown = {
  document: Uint8Array;
  notes: readonly Uint8Array[];
  entry: Uint8Array;
  proof: Uint8Array;
};

/**
 * Of these recordings those that a shown hold keeps, and until when (spec/hold.md, HLD30-HLD32). Never throws: a hold that
 * can not be checked, for whatever reason, keeps nothing, because it is she who would wait (T11).
 */
export type HeldBy = (
  holds: readonly HoldShown[],
  recordings: readonly SlicedRecording[],
) => Promise<Map<string, number>>;

/** Only a test gives others: it takes one away and sees that nothing else stops what that one stops. */
export type HoldChecks = { verifyHold: typeof verifyHold; entryOfHold: typeof cosignedEntry };

export function makeHeldBy(parts: {
  rules: Pick<GuardianRules, 'now'>;
  logs: KnownLogs;
  rows: Pick<WitnessRows, 'latest'>;
  own: OwnPairs;
  /** Seconds since 1970. */
  now: () => number;
  checks?: Partial<HoldChecks>;
}): HeldBy {
  const { logs, own, rows, now } = parts;
  const checks: HoldChecks = { verifyHold, entryOfHold: cosignedEntry, ...parts.checks };

  /** Null: it does not hold. */
  async function holding(shown: HoldShown): Promise<{ slice: GrantSlice; until: number } | null> {
    const rules = await parts.rules.now();
    const log = logs.named('uses');
    if (!rules || !log) return null;
    const verdict = await checks.verifyHold({
      hold: shown.document,
      notes: shown.notes,
      rules: rules.state,
      now: now() * 1000,
      subtle: crypto.subtle,
    });
    const entry = await checks.entryOfHold(shown, { log, own, rows });
    if (!verdict.ok || !entry.ok) return null;
    const { act } = entry.value;
    const { id, slice, until } = verdict.hold;
    return act.kind === 'hold' && act.hold === id && act.subject === verdict.digest ? { slice, until } : null;
  }

  return async (holds, recordings) => {
    const until = new Map<string, number>();
    for (const shown of holds) {
      const one = await holding(shown).catch(() => null);
      if (!one) continue;
      for (const recording of recordings) {
        if (sliceCovers(one.slice, recording)) {
          until.set(recording.id, Math.max(one.until, until.get(recording.id) ?? 0));
        }
      }
    }
    return until;
  };
}
