import { randomBytes } from 'node:crypto';
import { orThrow } from '@aboveboard/tlog/log-fault';
import type { Policy } from '@aboveboard/tlog/policy';
import { formatPolicy } from '@aboveboard/tlog/policy-file';
import { parseVerifierKey } from '@aboveboard/tlog/verifier-key';
import type { Installation } from '../installation.ts';
import type { ServerLimits } from '../limits.ts';
import { type CommitmentBatch, makeCommitmentBatch } from './commitment-batch.ts';
import type { InstallationLogs } from './installation-log.ts';
import { LOG_NAMES, type LogName } from './log-name.ts';
import { makeRulesLog, type RulesLog } from './rules-log.ts';
import { makeServedLog, type ServedLog } from './served-log.ts';

/** Both logs as the server runs them: served, submitted to, witnessed, told of what waits. */
export type LogService = {
  readonly rules: RulesLog;
  readonly commitments: CommitmentBatch;
  readonly served: Readonly<Record<LogName, ServedLog>>;
  /** Of each log its size, and whether the quorum was met lately; null: none is asked for (LGS23). */
  health(): Promise<Record<LogName, LogHealth>>;
  /** Both logs' keys and the witnesses that count, as a tlog-policy without addresses (LGS34). */
  policy(): Promise<string>;
  /** The bridge that leads away from the policy with this digest (LGS51); null: there is none. */
  bridge(digest: string): Promise<Uint8Array | null>;
};
export type LogHealth = { size: number; witnessed: boolean | null };

export function makeLogService(
  { inner: { database, logs, witnessing, policy, bridges } }: Installation,
  limits: ServerLimits,
): LogService {
  const each = <T>(make: (name: LogName) => T) =>
    Object.fromEntries(LOG_NAMES.map((name) => [name, make(name)])) as Record<LogName, T>;
  const served = each((name) =>
    makeServedLog({
      storage: logs[name].storage,
      verifierKeys: logs[name].verifierKeys,
      witnessed: witnessing[name].newest,
    }),
  );
  const rules = makeRulesLog(logs.rules, bridges.areThere);
  return {
    rules,
    commitments: makeCommitmentBatch({
      database,
      log: logs.uses,
      random: (length) => new Uint8Array(randomBytes(length)),
      most: limits.commitmentsWaiting,
    }),
    served,
    policy: async () => (await rules.state())?.policies.at(-1)?.to ?? publicPolicy(policy, logs),
    bridge: bridges.from,
    async health() {
      const [rules, uses] = await Promise.all([logs.rules.size(), logs.uses.size()]);
      const of = (name: LogName, size: number) => ({ size, witnessed: witnessing[name].isRecent() });
      return { rules: of('rules', rules), uses: of('uses', uses) };
    },
  };
}

/** As it stands before any change: both logs’ keys, and the witnesses of the operator’s file. */
export function publicPolicy(policy: Policy, logs: InstallationLogs): string {
  const keys = LOG_NAMES.flatMap((name) => logs[name].verifierKeys);
  return formatPolicy({
    ...policy,
    logs: keys.map((key) => ({ key: orThrow(parseVerifierKey(key)), url: null })),
    // Where a witness is reached is for the server to know, and may be an address of the inner network.
    witnesses: policy.witnesses.map(({ name, key }) => ({ name, key, url: null })),
  });
}
