import type { Candidate, CandidatePart, LeftOutRule, Refusal } from './candidate.ts';
import { nearDuplicates } from './near-duplicate.ts';
import type { ReleaseSecret } from './release-secret.ts';
import { splitTasks, type TaskSplits, templateOf } from './release-splits.ts';
import { filteredBy, type QualityFilter } from './task-quality.ts';

export type ReleaseLevel = 'vault' | 'release' | 'open';

/** Fewer people than this make no cohort (T15). */
export const LEAST_PEOPLE = 10;

export type ReleaseAsk = {
  level: ReleaseLevel;
  /** At least LEAST_PEOPLE. */
  least?: number;
  filter?: QualityFilter;
  /** Tasks that have so much in common with another are left out, 0 to 1. */
  nearDuplicates?: number;
};

/**
 * A task of a release, and which recording it is of: several may be of one (MOV50). Stays in the vault's job, as the whole plan
 * does.
 */
export type PlannedTask = {
  id: string;
  recording: string;
  person: string;
  splits: TaskSplits;
  /** Null: the whole recording. */
  part: CandidatePart | null;
};

export type ReleasePlan = {
  level: ReleaseLevel;
  least: number;
  /** In the order of ids, which says nothing of people or time. */
  tasks: PlannedTask[];
  people: number;
  /** Id and content of every recording in it: what a measurement of its risk is of (RISK11). */
  contents: string[];
  /** Whoever agreed to what: versions only. */
  agreements: { id: string; version: number; digest: string }[];
  leftOut: { rule: LeftOutRule; count: number }[];
  cut: PlannedCuts;
  refusals: Refusal[];
};

export type PlannedCuts = {
  /** Recordings that are in the release in parts. */
  recordings: number;
  /** Longer ones that are whole, because a cohort did the same (MOV54). */
  whole: number;
  /** Cuts that no subgoal gave a place for (MOV51). */
  withoutSubgoal: number;
  /** Of those in parts: so few people have the goal that whoever reads it puts the parts together again (MOV53). */
  toldByGoal: number;
};

/** Which recordings are in a release, and whether it may be made (REL10-REL14). Throws RangeError for a `least` under LEAST_PEOPLE. */
export async function planRelease(
  candidates: readonly Candidate[],
  secret: ReleaseSecret,
  ask: ReleaseAsk,
): Promise<ReleasePlan> {
  const { level, least = LEAST_PEOPLE } = ask;
  if (!Number.isInteger(least) || least < LEAST_PEOPLE)
    throw new RangeError(`a cohort has at least ${LEAST_PEOPLE} people`);
  const leftOut = new Map<LeftOutRule, number>();
  const leave = (rule: LeftOutRule) => leftOut.set(rule, (leftOut.get(rule) ?? 0) + 1);
  const named = await Promise.all(
    candidates.map(async (task) => ({ ...task, id: await secret.id('task', task.recording) })),
  );
  // Not in the order of arrival: what is near-duplicate of what must not depend on who came first. Nor on the secret: what was measured
  // is to be what is released.
  named.sort((a, b) => (a.recording < b.recording ? -1 : 1));
  const good = named.filter((task) => {
    const rule = filteredBy(task.quality, ask.filter ?? {});
    if (rule) leave(rule);
    return rule === null;
  });
  const twins =
    ask.nearDuplicates === undefined
      ? new Set<number>()
      : nearDuplicates(
          good.map(({ sketch }) => sketch),
          ask.nearDuplicates,
        );
  const single = good.filter((_, i) => {
    if (twins.has(i)) leave('near-duplicate');
    return !twins.has(i);
  });
  const crowd = peopleBy(single, templateOf);
  const stays = single.filter((task) => {
    // The vault's own figures are of everything that is in it.
    const isCohort = level === 'vault' || (crowd.get(templateOf(task)) ?? 0) >= least;
    if (!isCohort) leave('cohort.template');
    return isCohort;
  });
  const people = new Set(stays.map(({ person }) => person)).size;
  const splitOf = await splitTasks(stays, secret, least);
  const { isWhole, cut } = cutsOf(stays, level, least);
  const tasks: PlannedTask[] = [];
  for (const task of stays) {
    const of = { recording: task.recording, person: task.person, splits: splitOf(task) };
    if (isWhole(task)) tasks.push({ id: task.id, ...of, part: null });
    else {
      for (const part of task.parts)
        tasks.push({ id: await secret.id('part', task.recording, String(part.from)), ...of, part });
    }
  }
  return {
    level,
    least,
    // Not one recording's after the other: their order would put parts together again.
    tasks: tasks.sort((a, b) => (a.id < b.id ? -1 : 1)),
    people,
    contents: stays.map(({ recording, content }) => `${recording} ${content}`),
    agreements: distinctAgreements(stays),
    leftOut: [...leftOut]
      .map(([rule, count]) => ({ rule, count }))
      .sort((a, b) => (a.rule < b.rule ? -1 : 1)),
    cut,
    refusals: refusalsOf({ candidates, stays: stays.length, people, level, least }),
  };
}

function cutsOf(
  stays: readonly Candidate[],
  level: ReleaseLevel,
  least: number,
): { isWhole: (task: Candidate) => boolean; cut: PlannedCuts } {
  const doingOf = (task: Candidate) => JSON.stringify([templateOf(task), task.doing]);
  const goalOf = (task: Candidate) => JSON.stringify([templateOf(task), task.goal]);
  const [doing, goals] = [peopleBy(stays, doingOf), peopleBy(stays, goalOf)];
  const isShort = ({ parts }: Candidate) => parts.length === 0;
  const isWhole = (task: Candidate) =>
    level === 'vault' || isShort(task) || (doing.get(doingOf(task)) ?? 0) >= least;
  const inParts = stays.filter((task) => !isWhole(task));
  const cut = {
    recordings: inParts.length,
    whole: level === 'vault' ? 0 : stays.filter((task) => !isShort(task) && isWhole(task)).length,
    withoutSubgoal: inParts.reduce((sum, one) => sum + one.withoutSubgoal, 0),
    toldByGoal: inParts.filter((task) => (goals.get(goalOf(task)) ?? 0) < least).length,
  };
  return { isWhole, cut };
}

function refusalsOf(of: {
  candidates: readonly Candidate[];
  stays: number;
  people: number;
  level: ReleaseLevel;
  least: number;
}): Refusal[] {
  const { candidates, stays, people, level, least } = of;
  const refusals: Refusal[] = [];
  if (new Set(candidates.map(({ recording }) => recording)).size < candidates.length)
    refusals.push({ rule: 'REL14', message: 'a recording is there twice' });
  if (stays === 0) refusals.push({ rule: 'REL13', message: 'no task is left to release' });
  if (level !== 'vault' && people < least)
    refusals.push({ rule: 'REL10', message: `fewer than ${least} people are in it` });
  if (level === 'open') {
    refusals.push({
      rule: 'REL12',
      message: 'steps of recordings can not be brought to open yet; tables of movement can',
    });
  }
  return refusals;
}

function peopleBy(tasks: readonly Candidate[], key: (task: Candidate) => string): Map<string, number> {
  const who = new Map<string, Set<string>>();
  for (const task of tasks) {
    const there = who.get(key(task)) ?? new Set();
    who.set(key(task), there.add(task.person));
  }
  return new Map([...who].map(([of, people]) => [of, people.size]));
}

function distinctAgreements(tasks: readonly Candidate[]): ReleasePlan['agreements'] {
  const by = new Map(tasks.flatMap(({ agreement }) => (agreement ? [[agreement.digest, agreement]] : [])));
  return [...by.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}
