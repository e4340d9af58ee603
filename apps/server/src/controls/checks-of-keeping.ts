import type { RulesState } from '@aboveboard/consent/rules-state';
import type { ControlName } from '@aboveboard/protocol/controls';
import type { GuardianWord } from '@aboveboard/protocol/guardian-word';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { orThrow } from '@aboveboard/tlog/log-fault';
import { cosignedBy, freshness, type Policy } from '@aboveboard/tlog/policy';
import type { VaultKeeper } from '../keys/vault-keeper.ts';
import type { LogName } from '../logs/log-name.ts';
import { type Check, notOk, type Outcome, ok } from './check.ts';
import { text, when } from './messages/en.ts';

/** What keeps the promises to people: the rules, the logs, the guardian, the vault (CTL10-CTL13). */
export type KeepingSources = {
  rules: () => Promise<RulesState | null>;
  /** The newest note under the quorum; null: there is none. */
  newest: (name: LogName) => Promise<Uint8Array | null>;
  policy: Policy;
  /** Rejects where the guardian does not say. */
  word: () => Promise<GuardianWord>;
  hasGuardian: boolean;
  vault: { keeper: Pick<VaultKeeper, 'state'>; ownProcess: boolean };
  /** Milliseconds since the epoch. */
  now: () => number;
};

const PROBE_AGE = 15 * 60;
const WITNESSED_AGE = 2 * 3600;
/** By how much another computer's clock may be before ours, in seconds. */
const AHEAD = 300;
/** No recording has it: any answer says that the vault is there. */
const NO_RECORDING = '0'.repeat(32);

export function checksOfKeeping(
  sources: KeepingSources,
): Record<Extract<ControlName, 'rules' | 'rules-log' | 'uses-log' | 'guardian' | 'probe' | 'vault'>, Check> {
  const { rules, newest, policy, word, hasGuardian, vault, now } = sources;
  const seconds = () => Math.floor(now() / 1000);

  async function witnessed(name: LogName): Promise<Outcome> {
    const say = text.log;
    if (policy.quorum === null) return notOk(say.nobody, say.nobodyTodo);
    const note = await newest(name);
    if (!note) return notOk(say.none, say.todo);
    const verdict = orThrow(cosignedBy(orThrow(parseCheckpoint(note), 'storage'), policy), 'storage');
    if (verdict.time === null) return notOk(say.none, say.todo);
    const age = freshness(verdict.time, { now: seconds(), maxAge: WITNESSED_AGE, ahead: AHEAD });
    if (age === 'ahead') return notOk(say.ahead(when(verdict.time)), say.aheadTodo);
    return age === 'stale'
      ? notOk(say.stale(when(verdict.time)), say.todo)
      : ok(say.fresh(verdict.witnesses.length, when(verdict.time)));
  }

  async function lock(): Promise<Outcome> {
    const say = text.guardian;
    if (!hasGuardian) return notOk(say.none, say.noneTodo);
    const { lockedBy } = await word();
    return lockedBy === null ? ok(say.open) : notOk(say.locked[lockedBy], say.todo[lockedBy]);
  }

  async function probed(): Promise<Outcome> {
    const say = text.probe;
    if (!hasGuardian) return notOk(say.none, text.guardian.noneTodo);
    const { probe, at } = await word();
    if (!probe) return notOk(say.notYet, say.notYetTodo);
    if (probe.found > 0) return notOk(say.found(probe.found, probe.doors, when(probe.at)), say.foundTodo);
    if (probe.lacking !== 0) return notOk(say.lacking(probe.lacking), say.lackingTodo);
    if (probe.unanswered > 0)
      return notOk(say.unanswered(probe.unanswered, when(probe.at)), say.unansweredTodo);
    // By the guardian's own clock: both times are its.
    if (!(at - probe.at <= PROBE_AGE && probe.at - at <= AHEAD))
      return notOk(say.late(when(probe.at)), say.lateTodo);
    return ok(say.fine(probe.tried, when(probe.at)));
  }

  return {
    rules: { agreed: text.rules.agreed, check: async () => rulesOutcome(await rules(), now()) },
    'rules-log': { agreed: text.log.agreed.rules, check: () => witnessed('rules') },
    'uses-log': { agreed: text.log.agreed.uses, check: () => witnessed('uses') },
    guardian: { agreed: text.guardian.agreed, check: lock },
    probe: { agreed: text.probe.agreed, check: probed },
    vault: {
      agreed: text.vault.agreed,
      async check() {
        await vault.keeper.state(NO_RECORDING);
        return vault.ownProcess ? ok(text.vault.own) : notOk(text.vault.within, text.vault.todo);
      },
    },
  };
}

function rulesOutcome(state: RulesState | null, now: number): Outcome {
  const say = text.rules;
  const standing = state?.standing;
  if (!standing) return notOk(say.none, say.noneTodo);
  if (!standing.inForce) return notOk(say.refused[standing.refusal], say.refusedTodo[standing.refusal]);
  const { agreement } = standing.version;
  const { from, until } = agreement.validity;
  if (now >= Date.parse(until)) return notOk(say.over(until.slice(0, 10)), say.overTodo);
  if (now < Date.parse(from)) return notOk(say.early(from.slice(0, 10)), say.earlyTodo);
  const parties = [...new Set(agreement.parties.map(({ role }) => role))];
  return ok(say.holds(agreement.version, parties, until.slice(0, 10)));
}
