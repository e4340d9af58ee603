import type { RulesState } from '@aboveboard/consent/rules-state';
import type { ShownControls } from '@aboveboard/protocol/controls';
import type { AskingPrincipal } from '../access/decision.ts';
import type { FolderPaths } from '../data-folder.ts';
import { makeHeld } from '../holds/held.ts';
import type { Installation } from '../installation.ts';
import { readVaultAddress } from '../keys/vault-address.ts';
import { checkOfReminders } from '../reminders/reminder-check.ts';
import { runChecks } from './check.ts';
import { checksOfDates } from './checks-of-dates.ts';
import { checksOfKeeping } from './checks-of-keeping.ts';
import { checksOfMachine } from './checks-of-machine.ts';
import type { GuardianWatch } from './guardian-watch.ts';
import { text } from './messages/en.ts';
import { makeWaits } from './waits.ts';

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
export function makeControls(sources: ControlSources): Controls {
  const { installation, paths, watch, rules, now, patience = PATIENCE } = sources;
  const { database, witnessing, policy, vault } = installation.inner;
  const waitsFor = makeWaits({ installation, paths, rules, now, patience });

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
        reminders: checkOfReminders({ database, root: paths.root }),
      },
      { now, patience, unchecked: text.unchecked },
    );
    const waits = await waitsFor(who, word);
    return { at: new Date(now()).toISOString(), controls, waits };
  };
}
