import type { RulesState } from '@aboveboard/consent/rules-state';
import { plainEntry } from '@aboveboard/consent/uses-entry';
import type { InstallationParts } from '../installation.ts';
import { listDigest } from '../logs/uses-log.ts';
import { type ProvedEntry, proveEntry } from './entry-proof.ts';
import { type Erasure, makeErasure } from './erasure.ts';

/** Erasure as this installation does it. */
export function erasureOf(
  inner: InstallationParts,
  parts: { rules: () => Promise<RulesState | null>; onErased: (ids: readonly string[]) => void },
): Erasure {
  return makeErasure({
    ...inner,
    enter: makeErasureEntry(inner),
    proveHold: (entry) =>
      proveEntry(entry, { log: inner.logs.uses, witnessing: inner.witnessing.uses, under: 'cosigned' }),
    keyBackupDays: async () => {
      const versions = (await parts.rules())?.versions ?? [];
      return Math.max(0, ...versions.map(({ agreement }) => agreement.retention.keyBackupDays));
    },
    now: Date.now,
    onErased: (ids) => {
      parts.onErased(ids);
      inner.keys.forget(ids);
    },
  });
}

/**
 * The entry of the log of uses that an erasure stands in, and its proof under the log's own signature. It waits for no
 * witness: an erasure never waits for anybody (T11). Again for the same recordings, it is the same entry.
 */
function makeErasureEntry({
  logs,
  witnessing,
}: Pick<InstallationParts, 'logs' | 'witnessing'>): (recordings: readonly string[]) => Promise<ProvedEntry> {
  return async (recordings) => {
    const list = listDigest(recordings);
    const entry = plainEntry({
      format: 'aboveboard-use',
      formatVersion: 1,
      at: Math.floor(Date.now() / 1000),
      actor: { role: 'system', account: null },
      act: { kind: 'deletion', recordings: recordings.length, list },
    });
    const { index } = await logs.uses.append(entry, `deletion ${list}`);
    return proveEntry(index, { log: logs.uses, witnessing: witnessing.uses, under: 'signed' });
  };
}
