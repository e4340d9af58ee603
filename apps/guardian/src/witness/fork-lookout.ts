import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { forkFromTiles } from '@aboveboard/tlog/fork-search';
import { parseAddCheckpoint } from '@aboveboard/tlog/witness';
import type { ServerLink } from '../relay/server-link.ts';
import { type KnownLogs, LOG_NAMES } from './known-logs.ts';
import type { WitnessRows } from './witness-rows.ts';

/**
 * Looks in the log itself for what shows a fork, where the proof that came with a head was refused and does not
 * show it alone (spec/log.md, LOG156). Anyone can send a head with rubbish for a proof, so one search runs at a
 * time, and nothing is kept but what is proved against two heads that the log signed.
 */
export type ForkLookout = {
  /** `body`: of a request that was refused for its proof. Never rejects; true: evidence was kept. */
  look(body: Uint8Array): Promise<boolean>;
};

export function makeForkLookout(parts: {
  rows: WitnessRows;
  logs: KnownLogs;
  server: Pick<ServerLink, 'logFile'>;
}): ForkLookout {
  const { rows, logs, server } = parts;
  let isLooking = false;

  async function search(body: Uint8Array): Promise<boolean> {
    const asked = parseAddCheckpoint(body);
    if (!asked.ok) return false;
    const known = await rows.latest(asked.value.signed.checkpoint.origin);
    const before = known && parseCheckpoint(known.checkpoint);
    if (!before?.ok) return false;
    const { origin } = before.value.checkpoint;
    // Which of the two it is the tiles tell: those of the other do not hash to this root.
    for (const name of LOG_NAMES) {
      const read = (path: string, limit: number) => server.logFile(name, path, limit);
      const found = await forkFromTiles([before.value, asked.value.signed], { read }).catch(() => null);
      if (!found || !logs.keys.has(origin)) continue;
      rows.keepFork(origin, found);
      return true;
    }
    return false;
  }

  return {
    async look(body) {
      if (isLooking) return false;
      isLooking = true;
      return search(body)
        .catch(() => false)
        .finally(() => {
          isLooking = false;
        });
    },
  };
}
