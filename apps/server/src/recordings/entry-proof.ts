import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { orThrow } from '@aboveboard/tlog/log-fault';
import { LogReader } from '@aboveboard/tlog/log-reader';
import { formatProof } from '@aboveboard/tlog/proof-file';
import { storedLog } from '@aboveboard/tlog/stored-log';
import type { InstallationLog } from '../logs/installation-log.ts';
import type { Witnessing } from '../logs/witnessing.ts';

/** An entry of a log, and the proof that it stands there, to be shown to a guardian. */
export type ProvedEntry = { entry: Uint8Array; proof: Uint8Array };

/**
 * Under the newest checkpoint that witnesses cosigned; where `signed` suffices, or no policy asks for witnesses, under the
 * log's own. Throws for an index that the checkpoint does not cover.
 */
export async function proveEntry(
  index: number,
  parts: {
    log: Pick<InstallationLog, 'storage'>;
    witnessing: Pick<Witnessing, 'newest'>;
    under: 'cosigned' | 'signed';
  },
): Promise<ProvedEntry> {
  const { log, witnessing, under } = parts;
  const cosigned = under === 'cosigned' ? await witnessing.newest() : null;
  const note = cosigned ?? (await log.storage.head())?.checkpoint;
  if (!note) throw new RangeError('a log without a head proves nothing');
  const signed = orThrow(parseCheckpoint(note), 'storage');
  const reader = new LogReader({ source: storedLog(log.storage), ...signed.checkpoint });
  const [entry] = await log.storage.entries(index, index + 1);
  return { entry: entry as Uint8Array, proof: formatProof(await reader.proof(index, signed)) };
}
