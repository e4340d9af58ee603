import type { PartyRole } from '@aboveboard/consent/agreement';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { ShownControls } from '@aboveboard/protocol/controls';
import type { AskingPrincipal } from '../access/decision.ts';
import type { FolderPaths } from '../data-folder.ts';
import { makeHeld } from '../holds/held.ts';
import type { Installation } from '../installation.ts';
import { readVaultAddress } from '../keys/vault-address.ts';
import { runChecks } from './check.ts';
import { checksOfDates } from './checks-of-dates.ts';
import { checksOfKeeping } from './checks-of-keeping.ts';
import { checksOfMachine, DUE_DAYS } from './checks-of-machine.ts';
import type { GuardianWatch } from './guardian-watch.ts';
import { type DoneName, lastDone } from './last-done.ts';
import { text } from './messages/en.ts';
import { waitingFor } from './waiting.ts';

/** What was agreed, checked now, and what waits for whoever asks (spec/controls.md). */
export type Controls = (who: AskingPrincipal) => Promise<ShownControls>;

export type ControlSources = {
  installation: Installation;
  paths: FolderPaths;
  watch: GuardianWatch;
  rules: () => Promise<RulesState | null>;
  /** Where the server is reached; null: it does not run. */
  url: string | null;
  frontPage: (() => Promise<Response>) | null;
  /** Of the process that serves: /proc/PID/limits. */
  limitsFile: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  patience?: number;
};

const PATIENCE = 8_000;
const DAY = 86_400_000;
const PARTY_OF: Readonly<Partial<Record<AskingPrincipal['role'], PartyRole>>> = {
  employer: 'employer',
  representative: 'representative',
  dpo: 'data-protection-officer',
};

export function makeControls(sources: ControlSources): Controls {
  const { installation, paths, watch, rules, now, patience = PATIENCE } = sources;
  const { database, witnessing, policy, vault } = installation.inner;

  async function dueTimes(): Promise<Partial<Record<DoneName, number | null>>> {
    const times = await Promise.all(
      (['data-backup', 'keys-backup', 'vault-backup'] as const).map(async (name) => {
        const done = name === 'vault-backup' ? vault.backedUp() : lastDone(paths.root, name);
        const at = await done.catch(() => null);
        return at === 'with-keys' ? [] : [[name, at === null ? null : at + DUE_DAYS[name] * DAY] as const];
      }),
    );
    return Object.fromEntries(times.flat());
  }

  return async (who) => {
    // Asked once: the guardian's state and its probe's are one answer.
    const word = watch.ask();
    word.catch(() => undefined);
    const address = await readVaultAddress(paths.root).catch(() => null);
    const controls = await runChecks(
      {
        ...checksOfKeeping({
          rules,
          newest: (name) => witnessing[name].newest(),
          policy,
          word: () => word,
          hasGuardian: watch.address !== null,
          vault: { keeper: vault, ownProcess: address !== null },
          now,
        }),
        ...checksOfMachine({ ...sources, database, vault, root: paths.root }),
        ...checksOfDates({
          ...{ database, url: sources.url, now, word: () => word, hasGuardian: watch.address !== null },
          held: makeHeld({ database, rules, now }),
        }),
      },
      { now, patience, unchecked: text.unchecked },
    );
    const [unfinished] = await database.query('select 1 from erasure where not finished limit 1');
    const party = PARTY_OF[who.role] ?? null;
    const waits = waitingFor(party, {
      rules: await rules(),
      grants: party ? await installation.grants.list(who) : [],
      holds: party ? await installation.holds.list(who) : [],
      lockedBy: await word.then(({ lockedBy }) => lockedBy).catch(() => undefined),
      unfinishedErasure: unfinished !== undefined,
      due: await dueTimes(),
      now: now(),
    });
    return { at: new Date(now()).toISOString(), controls, waits };
  };
}
