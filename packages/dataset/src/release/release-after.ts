import type { Fault } from '@aboveboard/protocol/fault';
import type { ReleaseManifest, ReleaseTaskEntry } from './release-manifest.ts';
import { drawnTextsOf, marksOf, type OpenedTask } from './task-marks.ts';

/**
 * Whether a release that was built after a withdrawal holds anything of the one before it (spec/release.md, REL110-REL115). What can
 * be shown depends on who asks: from two manifests, that nothing was taken over as it was; with the keys, that nothing made up was
 * used twice; with the tasks that are gone, which the vault's job alone can know, that nothing of theirs stands in it.
 */
export function manifestsApart(before: ReleaseManifest, after: ReleaseManifest): Fault[] {
  const faults: Fault[] = [];
  const said = (at: string, message: string) => faults.push({ rule: 'REL110', at, message });
  if (before.id === after.id) said('manifest.id', 'is that of the release before');
  if (before.card && before.card.sha256 === after.card?.sha256)
    said('manifest.card', 'is that of the release before');
  const tasks = new Set(before.tasks.map(({ id }) => id));
  const digests = new Set(before.tasks.flatMap(digestsOf));
  for (const [i, task] of after.tasks.entries()) {
    if (tasks.has(task.id)) said(`manifest.tasks[${i}].id`, 'is a task of the release before');
    for (const digest of digestsOf(task))
      if (digests.has(digest))
        said(`manifest.tasks[${i}].shards`, `has what a shard of the release before has: ${digest}`);
  }
  return faults;
}

/** Keys of tasks, hex: one that opens both would open what was taken back. */
export function keysApart(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Fault[] {
  const known = new Set(Object.values(before));
  return Object.entries(after).flatMap(([task, key]) =>
    known.has(key)
      ? [{ rule: 'REL112', at: `task ${task}`, message: 'opens with a key of the release before' }]
      : [],
  );
}

/** What the release before had, task by task: digests of it, in memory. */
export class TasksBefore {
  readonly #drawn = new Set<string>();
  /** By mark: the task that has it; null: more than one has. */
  readonly #owner = new Map<string, string | null>();
  readonly #gone: ReadonlySet<string> | null;

  /** `gone`: ids of the tasks before that no later release may hold anything of; null: who asks can't know them. */
  constructor(gone: ReadonlySet<string> | null = null) {
    this.#gone = gone;
  }

  add(task: OpenedTask): void {
    for (const text of drawnTextsOf(task)) this.#drawn.add(text);
    for (const mark of marksOf(task)) this.#owner.set(mark, this.#owner.has(mark) ? null : task.id);
  }

  /** Of a task of the release after: all that it has of the one before and must not have. */
  faultsOf(task: OpenedTask): Fault[] {
    const at = `task ${task.id}`;
    const faults = [...drawnTextsOf(task)].flatMap((text) =>
      this.#drawn.has(text)
        ? [{ rule: 'REL112', at, message: 'shows a made-up text that the release before has' }]
        : [],
    );
    const kinds = new Set<string>();
    for (const mark of marksOf(task)) {
      const owner = this.#owner.get(mark);
      if (owner && this.#gone?.has(owner)) kinds.add(mark.slice(0, mark.indexOf(' ')));
    }
    // What it is, never what it says: whoever reads this need not have been let read that.
    for (const kind of [...kinds].sort())
      faults.push({
        rule: 'REL113',
        at,
        message: `has ${MARKS[kind]} that the release before had of a task that is gone, and of no other`,
      });
    return faults;
  }
}

const MARKS: Readonly<Record<string, string>> = {
  picture: 'a picture',
  tree: 'a tree',
  words: 'words',
  steps: 'steps',
};

/** What the log of uses says of two releases; indices of entries, null: it says nothing of the kind. */
export type LoggedReleases = {
  entered: number | null;
  withdrawn: number | null;
  enteredAfter: number | null;
};

/** The next is entered after it was said that the one before is superseded: not built before, and handed on for the next. */
export function orderFaults({ entered, withdrawn, enteredAfter }: LoggedReleases): Fault[] {
  const wrong = (at: string, message: string) => [{ rule: 'REL111', at, message }];
  if (entered === null) return wrong('log', 'has no entry of the release before');
  if (withdrawn === null || withdrawn < entered)
    return wrong('log', 'does not say that something was withdrawn from the release before');
  if (enteredAfter === null) return wrong('log', 'has no entry of the release after');
  return enteredAfter > withdrawn
    ? []
    : wrong('log', 'has the release after before it says that something was withdrawn');
}

function digestsOf({ shards }: ReleaseTaskEntry): string[] {
  return shards.flatMap(({ sha256, plain }) => [sha256, plain.sha256]);
}
