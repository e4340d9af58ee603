import type { RulesState } from '@aboveboard/consent/rules-state';
import type { ShownWait } from '@aboveboard/protocol/controls';
import type { GuardianWord } from '@aboveboard/protocol/guardian-word';
import type { AskingPrincipal } from '../access/decision.ts';
import { partyOf } from '../access/party-of.ts';
import type { FolderPaths } from '../data-folder.ts';
import type { Installation } from '../installation.ts';
import { inTime } from './check.ts';
import { DUE_DAYS } from './checks-of-machine.ts';
import { type DoneName, lastDone } from './last-done.ts';
import { waitingFor } from './waiting.ts';

/** What waits for whoever asks, without a check of anything; `word` is the guardian's, which may not come. */
export type Waits = (who: AskingPrincipal, word: Promise<GuardianWord>) => Promise<ShownWait[]>;

const DAY = 86_400_000;
const PATIENCE = 4_000;

export function makeWaits(sources: {
  installation: Installation;
  paths: FolderPaths;
  rules: () => Promise<RulesState | null>;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** For what others have to say: one that does not is taken for due. */
  patience?: number;
}): Waits {
  const { installation, paths, rules, now, patience = PATIENCE } = sources;
  const { database, vault } = installation.inner;

  async function dueTimes(): Promise<Partial<Record<DoneName, number | null>>> {
    const times = await Promise.all(
      (['data-backup', 'keys-backup', 'vault-backup'] as const).map(async (name) => {
        const done = () => (name === 'vault-backup' ? vault.backedUp() : lastDone(paths.root, name));
        const at = await inTime(done, patience).catch(() => null);
        return at === 'with-keys' ? [] : [[name, at === null ? null : at + DUE_DAYS[name] * DAY] as const];
      }),
    );
    return Object.fromEntries(times.flat());
  }

  return async (who, word) => {
    const [unfinished] = await database.query('select 1 from erasure where not finished limit 1');
    const party = partyOf(who.role);
    return waitingFor(party, {
      rules: await rules(),
      grants: party ? await installation.grants.list(who) : [],
      holds: party ? await installation.holds.list(who) : [],
      lockedBy: await word.then(({ lockedBy }) => lockedBy).catch(() => undefined),
      unfinishedErasure: unfinished !== undefined,
      due: await dueTimes(),
      now: now(),
    });
  };
}
