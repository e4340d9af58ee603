import { plainEntry } from '@aboveboard/consent/uses-entry';
import type { InstallationParts } from '../installation.ts';
import { listDigest } from '../logs/uses-log.ts';
import { type ProvedEntry, proveEntry } from './entry-proof.ts';

/**
 * The entry of the log of uses that an erasure stands in, and its proof under the log's own signature. It waits for no
 * witness: an erasure never waits for anybody (T11). Again for the same recordings, it is the same entry.
 */
export function makeErasureEntry({
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
