import { createHash } from 'node:crypto';
import { partyKeysOf } from '@aboveboard/consent/party-keys';
import { rulesEntryFaults } from '@aboveboard/consent/rules-admission';
import { readRulesEntry } from '@aboveboard/consent/rules-entry';
import { type RulesTrust, replayRules } from '@aboveboard/consent/rules-replay';
import type { PolicyChange, RulesState } from '@aboveboard/consent/rules-state';
import type { Fault } from '@aboveboard/protocol/fault';
import { makeKeyedLock } from '../keyed-lock.ts';
import { Refusal } from '../refusal.ts';
import type { InstallationLog } from './installation-log.ts';

/**
 * The way into *rules* (spec/log-service.md, LGS41). Recorders believe nothing of it: each replays the log
 * under keys of its own. It keeps out what could never have an effect, and says why.
 */
export type RulesLog = {
  /** Durable and included when it resolves. The same entry again gives its index. Refusal `refused` with all faults. */
  submit(entry: Uint8Array): Promise<{ index: number }>;
  /** Null: the log has no document yet, so nobody's keys count. */
  state(): Promise<RulesState | null>;
};

export function makeRulesLog(
  log: Pick<InstallationLog, 'append' | 'size' | 'storage'>,
  /** Has each of these changes its bridge? Else no other may follow it (LGS52). */
  areBridged: (changes: readonly PolicyChange[]) => Promise<boolean> = async () => true,
): RulesLog {
  const { subtle } = crypto;
  const lock = makeKeyedLock();
  /** A log only grows: of one size there is one state. */
  let known: { size: number; state: RulesState | null } | null = null;

  async function replay(entries: readonly Uint8Array[]): Promise<RulesState | null> {
    const trust = await trustOf(entries);
    return trust && replayRules(entries, trust, subtle);
  }

  /** Everything that is wrong with an entry that would stand at the end of `before`. */
  async function faultsOf(entry: Uint8Array, before: readonly Uint8Array[]): Promise<readonly Fault[]> {
    const trust = await trustOf([...before, entry]);
    if (!trust) {
      const read = await readRulesEntry(entry, subtle);
      if (read.kind === 'unreadable') return read.faults;
      return [{ rule: 'RUL31', at: 'entry', message: 'the log begins with an agreement, and has none yet' }];
    }
    return rulesEntryFaults(before, entry, trust, subtle);
  }

  /** Nobody could go over two changes at once (RUL64). */
  async function unbridgedFaults(entry: Uint8Array, before: readonly Uint8Array[]): Promise<Fault[]> {
    const read = await readRulesEntry(entry, subtle);
    if (read.kind !== 'note' || read.statement?.kind !== 'policy') return [];
    const state = await replay(before);
    if (!state || (await areBridged(state.policies))) return [];
    const message = 'the witnesses of before have not yet cosigned the change before this one';
    return [{ rule: 'LGS52', at: 'entry', message }];
  }

  return {
    // One at a time: each is replayed after all that stand before it.
    submit: (entry) =>
      lock('', async () => {
        const key = createHash('sha256').update(entry).digest('hex');
        const known = await log.storage.indexOf?.(key);
        if (typeof known === 'number') return { index: known };
        const before = await log.storage.entries(0, await log.size());
        const faults = [...(await faultsOf(entry, before)), ...(await unbridgedFaults(entry, before))];
        if (faults.length > 0) {
          throw new Refusal('refused', 'This would have no effect in the rules log, so it was not entered.', {
            faults,
          });
        }
        return log.append(entry, key);
      }),

    async state() {
      const size = await log.size();
      if (known?.size !== size) known = { size, state: await replay(await log.storage.entries(0, size)) };
      return known.state;
    },
  };
}

/** The first document says which agreement this log is about and with whose keys it began. */
async function trustOf(entries: readonly Uint8Array[]): Promise<RulesTrust | null> {
  for (const bytes of entries) {
    const entry = await readRulesEntry(bytes, crypto.subtle);
    if (entry.kind === 'document')
      return { agreement: entry.agreement.id, parties: partyKeysOf(entry.agreement) };
  }
  return null;
}
