import type { RulesState } from '@aboveboard/consent/rules-state';
import type { GuardianWatch } from '../controls/guardian-watch.ts';
import { makeWaits } from '../controls/waits.ts';
import type { FolderPaths } from '../data-folder.ts';
import type { Installation } from '../installation.ts';
import { readReminderConfig } from './reminder-config.ts';
import { makeReminders, type Reminders } from './reminders.ts';
import { smtpRelay } from './smtp-relay.ts';

/** Reminders as this installation has them, from DATA/reminders.json. */
export function remindersOf(
  installation: Installation,
  parts: {
    paths: FolderPaths;
    rules: () => Promise<RulesState | null>;
    watch: Pick<GuardianWatch, 'ask'>;
    now: () => number;
  },
): Reminders {
  const { paths, rules, watch, now } = parts;
  const { database, mayRun } = installation.inner;
  const waits = makeWaits({ installation, paths, rules, now });
  return makeReminders({
    ...{ database, mayRun, send: smtpRelay },
    config: () => readReminderConfig(paths.root),
    waits: (who) => waits(who, watch.ask()),
  });
}
