import { createHash } from 'node:crypto';
import { canonicalDigest } from '@aboveboard/consent/canonical-json';
import { keepHalfText } from '@aboveboard/protocol/guardian-halves';
import { parseNote } from '@aboveboard/tlog/note';
import { verifyNote } from '@aboveboard/tlog/signed-note';
import { openGuardianHalf } from '@aboveboard/vault/half-envelope';
import { KeyRingError } from '@aboveboard/vault/keyring';
import { isRecordingId } from '@aboveboard/vault/recording-key';
import type { KnownLog, KnownLogs } from '../witness/known-logs.ts';
import { signedEntry } from './cosigned-entry.ts';
import type { HalfRows } from './half-rows.ts';
import { HalvesRefused } from './halves-refused.ts';
import type { HeldBy, HoldShown } from './held-by.ts';

/**
 * How halves come and go (GRD61-GRD64, GRD78). Both are asked for by the server, which the guardian knows by the key of
 * its log of uses; neither gives anybody anything.
 */
export type HalfKeeping = {
  /** On disk when it resolves; again, it is the same. Throws HalvesRefused. */
  keep(given: { recording: string; envelope: Uint8Array; note: Uint8Array }): Promise<void>;
  /**
   * Gone from the disk when it resolves, but for those that a hold keeps, which are answered; again, nothing happens.
   * Throws HalvesRefused.
   */
  destroy(given: DestroyRequest): Promise<{ held: string[] }>;
  /** Destroys what a hold kept until now (HLD31). */
  destroyDue(): void;
};

export type DestroyRequest = {
  entry: Uint8Array;
  proof: Uint8Array;
  recordings: readonly string[];
  holds?: readonly HoldShown[];
};

/** As those of giving: only a test gives others. */
export type KeepingChecks = { openGuardianHalf: typeof openGuardianHalf };

export function makeHalfKeeping(parts: {
  halves: HalfRows;
  logs: KnownLogs;
  /** All that open, the newest first (GRD81). */
  identities: () => readonly string[];
  heldBy: HeldBy;
  /** Seconds since 1970. */
  now: () => number;
  checks?: Partial<KeepingChecks>;
}): HalfKeeping {
  const { halves, logs, identities, heldBy, now } = parts;
  const checks: KeepingChecks = { openGuardianHalf, ...parts.checks };

  async function usesLog(): Promise<KnownLog> {
    if (!logs.named('uses')) await logs.learn();
    const log = logs.named('uses');
    if (!log) throw new HalvesRefused('unavailable', 'The keys of the server’s log are not known yet.');
    return log;
  }

  return {
    async keep({ recording, envelope, note }) {
      const log = await usesLog();
      const digest = createHash('sha256').update(envelope).digest('hex');
      const parsed = parseNote(note);
      const isSigned =
        parsed.ok &&
        parsed.value.text === keepHalfText(recording, digest) &&
        verifyNote(parsed.value, log.keys).ok;
      if (!isRecordingId(recording) || !isSigned) {
        throw new HalvesRefused('malformed', 'Not a half that the server of this guardian sends.');
      }
      const opened = await checks.openGuardianHalf(recording, envelope, identities()).catch((cause) => {
        if (cause instanceof KeyRingError && cause.isForAnother)
          throw new HalvesRefused(
            'other-recipient',
            'It is sealed to another recipient than this guardian’s.',
          );
        throw new HalvesRefused('malformed', 'There is no half of this recording for this guardian in it.');
      });
      const outcome = halves.keep(recording, opened.half, opened.label);
      opened.half.fill(0);
      if (outcome === 'kept') return;
      if (outcome === 'destroyed') throw new HalvesRefused('destroyed', 'This half was destroyed.');
      if (outcome === 'full') throw new HalvesRefused('limit', 'There is no room for more halves.');
      throw new HalvesRefused('conflict', 'Another half of this recording is kept.');
    },

    async destroy({ recordings, holds = [], ...shown }) {
      const use = signedEntry(shown, await usesLog());
      if (!use.ok) throw new HalvesRefused('not-granted', 'The entry is not in the log.', use.faults);
      const { act } = use.value;
      const list = await canonicalDigest([...recordings].sort(), crypto.subtle);
      if (act.kind !== 'deletion' || act.list !== list || act.recordings !== recordings.length) {
        const fault = { rule: 'GRD78', at: 'entry', message: 'is not the deletion of these' };
        throw new HalvesRefused('not-granted', 'The entry says something else.', [fault]);
      }
      const until = await heldBy(holds, recordings.map(halves.label));
      halves.destroy(recordings.filter((recording) => !until.has(recording)));
      for (const [recording, time] of until) halves.freeze([recording], time);
      return { held: [...until.keys()] };
    },

    destroyDue() {
      const due = halves.frozenUntil(now());
      if (due.length > 0) halves.destroy(due);
    },
  };
}
