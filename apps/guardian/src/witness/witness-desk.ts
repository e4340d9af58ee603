import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import type { GuardianRules } from '../halves/guardian-rules.ts';
import type { ServerLink } from '../relay/server-link.ts';
import { lackForRetiring, type RetiringLack } from './key-retiring.ts';
import type { KnownLogs } from './known-logs.ts';
import type { WitnessIdentity } from './witness-identity.ts';
import type { WitnessRows } from './witness-rows.ts';

/** What the representative sees of her witness, and does with its keys (GRD90-GRD95). */
export type WitnessDesk = {
  state(): Promise<WitnessState>;
  begin(): void;
  /** Null: the pair of before is gone. Else why not, and nothing was changed. */
  retire(): Promise<RetiringLack | null>;
};

export type WitnessState = {
  verifierKeys: string[];
  /** The pair to come; empty: nothing is under way. `lack`: what is missing before it can stand alone. */
  next: { verifierKeys: string[]; lack: RetiringLack | null };
} & ReturnType<WitnessRows['state']>;

export function makeWitnessDesk(parts: {
  identity: WitnessIdentity;
  rows: WitnessRows;
  rules: Pick<GuardianRules, 'now'>;
  server: Pick<ServerLink, 'logFile'>;
  logs: KnownLogs;
}): WitnessDesk {
  const { identity, rows, logs } = parts;
  return {
    async state() {
      return {
        verifierKeys: (identity.pairs()[0] ?? []).map(formatVerifierKey),
        next: {
          verifierKeys: identity.next().map(formatVerifierKey),
          lack: await lackForRetiring(parts),
        },
        ...rows.state([...logs.keys.keys()]),
      };
    },
    begin: identity.begin,
    async retire() {
      const lack = await lackForRetiring(parts);
      if (lack === null) identity.retire();
      return lack;
    },
  };
}
