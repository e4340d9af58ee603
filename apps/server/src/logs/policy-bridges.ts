import { policyPart } from '@aboveboard/consent/followed-policy';
import { policyDigest } from '@aboveboard/consent/policy-change';
import type { PolicyChange, RulesState } from '@aboveboard/consent/rules-state';
import { parseCheckpoint, type SignedCheckpoint } from '@aboveboard/tlog/checkpoint';
import { orThrow } from '@aboveboard/tlog/log-fault';
import { type Policy, verifyCheckpoint } from '@aboveboard/tlog/policy';
import type { Database } from '../database/database.ts';

/**
 * The bridges over changes of whose cosignatures count (spec/log-service.md, LGS51). Each is believed by whoever goes over it
 * and not on this server's word.
 */
export type PolicyBridges = {
  /** The one that leads away from the policy with this digest; null: there is none. */
  from(digest: string): Promise<Uint8Array | null>;
  /** Has each of these changes its bridge? */
  areThere(changes: readonly PolicyChange[]): Promise<boolean>;
  /** Keeps this checkpoint for each change that it is the first bridge of. Durable when it resolves. */
  see(checkpoint: Uint8Array, state: RulesState | null): Promise<void>;
};

/** `origin`: of the rules log. */
export function makePolicyBridges(database: Pick<Database, 'query'>, origin: string): PolicyBridges {
  const { subtle } = crypto;
  const named = (change: PolicyChange) => policyDigest(partBefore(change, origin), subtle);

  async function from(digest: string): Promise<Uint8Array | null> {
    const [row] = await database.query<{ note: Buffer }>('select note from log_bridge where policy = $1', [
      digest,
    ]);
    return row?.note ?? null;
  }

  return {
    from,

    async areThere(changes) {
      const found = await Promise.all(changes.map(async (change) => from(await named(change))));
      return found.every((note) => note !== null);
    },

    async see(checkpoint, state) {
      const signed = orThrow(parseCheckpoint(checkpoint), 'storage');
      for (const change of bridgedBy(signed, state?.policies ?? [], origin)) {
        await database.query('insert into log_bridge (policy, note) values ($1, $2) on conflict do nothing', [
          await named(change),
          Buffer.from(checkpoint),
        ]);
      }
    },
  };
}

/** At most one: a bridge leads over one change (RUL64). */
function bridgedBy(
  signed: SignedCheckpoint,
  changes: readonly PolicyChange[],
  origin: string,
): PolicyChange[] {
  const held = changes.filter(({ index }) => index < signed.checkpoint.size).slice(-1);
  return held.filter((change) => verifyCheckpoint(signed, partBefore(change, origin)).ok);
}

function partBefore({ from }: PolicyChange, origin: string): Policy {
  return policyPart(from, new Set([origin]));
}
