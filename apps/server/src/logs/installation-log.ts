import { LogError } from '@aboveboard/tlog/log-fault';
import type { LogStorage } from '@aboveboard/tlog/log-storage';
import { openSequencer } from '@aboveboard/tlog/sequencer';
import { logSigners } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import type { Database } from '../database/database.ts';
import type { InstallationKind } from '../installation-kind.ts';
import { logKeys } from '../keys/log-keys.ts';
import { LOG_NAMES, type LogName } from './log-name.ts';
import { makeLogRows } from './log-rows.ts';

/** One of the two logs, to be read and appended to (spec/log-service.md). */
export type InstallationLog = {
  readonly name: LogName;
  readonly origin: string;
  /** `name+id+key`, Ed25519 first; without those that are to follow. */
  readonly verifierKeys: readonly string[];
  readonly storage: LogStorage;
  /**
   * Durable and included when it resolves (LGS10). Under a `key` what was appended before is not appended
   * again: its index is given. Throws LogError.
   */
  append(entry: Uint8Array, key?: string): Promise<{ index: number }>;
  /** Entries that are durable now, whoever appended them. */
  size(): Promise<number>;
  /** Called after each entry that this process appended. */
  onAppended: () => void;
};

export type InstallationLogs = Readonly<Record<LogName, InstallationLog>>;

/** Opens both, and makes those that there are not. A sentence for keys that are missing or not the log's. */
export async function openLogs(options: {
  database: Database;
  /** Where the keys are. */
  keys: string;
  kind: InstallationKind | undefined;
  /** May this process make a log, or only join one? */
  owner: boolean;
  waiting: number;
}): Promise<InstallationLogs> {
  const logs = await Promise.all(
    LOG_NAMES.map(async (name) => [name, await openLog(name, options)] as const),
  );
  return Object.fromEntries(logs) as InstallationLogs;
}

async function openLog(name: LogName, options: Parameters<typeof openLogs>[0]): Promise<InstallationLog> {
  const { database, keys, kind, owner, waiting } = options;
  const storage = makeLogRows(name, database);
  const { origin, next, ...own } = await logKeys(keys, name, {
    kind,
    mayMake: owner && (await storage.head()) === null,
  });
  const now = () => Math.floor(Date.now() / 1000);
  const current = logSigners(origin, own, now);
  const signers = next ? [...current, ...logSigners(origin, next, now)] : current;
  const sequencer = await openSequencer({
    ...{ storage, origin, signers, limits: { waiting } },
    known: current.map(({ key }) => key),
  }).catch((cause) => {
    if (!(cause instanceof LogError)) throw cause;
    throw new Error(
      `The ${name} log in the database was not signed with the keys in ${keys}, or is damaged. ` +
        'Restore the keys that belong to it; nothing was changed.',
      { cause },
    );
  });

  async function appended(entry: Uint8Array, key: string | undefined): Promise<{ index: number }> {
    if (key === undefined) return sequencer.append(entry);
    try {
      return await sequencer.append(entry, { key });
    } catch (error) {
      // Nobody knows whether it is there; under its key asking again does no harm, once.
      if (!(error instanceof LogError) || error.code !== 'outcome-unknown') throw error;
      return sequencer.append(entry, { key });
    }
  }

  const log: InstallationLog = {
    name,
    origin,
    verifierKeys: current.map(({ key }) => formatVerifierKey(key)),
    storage,
    async append(entry, key) {
      const at = await appended(entry, key);
      log.onAppended();
      return at;
    },
    async size() {
      const head = await storage.head();
      return head?.size ?? 0;
    },
    onAppended: () => undefined,
  };
  return log;
}
