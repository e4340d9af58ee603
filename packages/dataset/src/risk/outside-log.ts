import { ElementBoxes } from '@aboveboard/redact/movement/element-boxes';
import { PointerReducer } from '@aboveboard/redact/movement/pointer-reducer';
import type { PointerTrack, SampleKind } from '@aboveboard/redact/movement/pointer-sample';
import type { AttackedTask, PointerSession } from './attacked-task.ts';
import { type SessionScore, type Share, shareOf } from './interval.ts';

/**
 * What somebody outside may hold beside the release: who did what when (RISK6). Here it is the hardest case, a row for every
 * action of every person, its kind and its minute; a day's log has the same rows and only their day.
 */
export type OutsideLog = { person: number; session: number; minutes: number[][] }[];

const KINDS = ['click', 'double-click', 'triple-click', 'drag', 'scroll'] as const;

/** Kinds of action in their order, as numbers, and when each was certain. */
export function kindsOf(track: PointerTrack): { kinds: number[]; at: number[] } {
  const kinds: number[] = [];
  const at: number[] = [];
  let now = 0;
  const reducer = new PointerReducer(new ElementBoxes(), ({ kind }) => {
    kinds.push(KINDS.indexOf(kind));
    at.push(now);
  });
  for (let i = 0; i < track.length; i++) {
    reducer.sample(
      track.t[i] as number,
      track.x[i] as number,
      track.y[i] as number,
      track.kind[i] as SampleKind,
    );
    now = track.t[i] as number;
  }
  reducer.end();
  return { kinds, at };
}

/** Of sessions as they were recorded; each counts as a day of its own. */
export function outsideLogOf(sessions: readonly PointerSession[]): OutsideLog {
  return sessions.map(({ person, session, track }) => {
    const minutes = new Map<number, number[]>();
    const { kinds, at } = kindsOf(track);
    for (const [i, kind] of kinds.entries()) {
      const minute = Math.floor((at[i] as number) / 60_000);
      const counts = minutes.get(minute) ?? KINDS.map(() => 0);
      minutes.set(minute, counts);
      counts[kind] = (counts[kind] as number) + 1;
    }
    return {
      person,
      session,
      minutes: [...minutes].sort(([a], [b]) => a - b).map(([, counts]) => counts),
    };
  });
}

/** How often the log names the person of a task. */
export function joinedWith(
  log: OutsideLog,
  tasks: readonly AttackedTask[],
  precision: 'day' | 'minute',
  seed: number,
): Share {
  const people = 1 + Math.max(...log.map(({ person }) => person));
  const scores: SessionScore[] = tasks.map(({ person, session, track }) => {
    const { kinds } = kindsOf(track);
    const best = new Float64Array(people).fill(Number.NEGATIVE_INFINITY);
    for (const day of log) {
      const score = precision === 'minute' ? explained(kinds, day.minutes) : likeness(kinds, day.minutes);
      best[day.person] = Math.max(best[day.person] as number, score);
    }
    const own = best[person] as number;
    const above = best.some((value) => value > own);
    const level = best.filter((value) => value === own).length;
    return { person, session, asked: 1, right: above ? 0 : 1 / level };
  });
  return shareOf(scores, seed);
}

/** How many actions in a row, from some place in the log on, fall into its minutes exactly; times are not needed. */
function explained(kinds: readonly number[], minutes: readonly number[][]): number {
  let most = 0;
  const counts = new Int32Array(KINDS.length);
  for (let m = 0; m + 1 < minutes.length; m++) {
    const first = sum(minutes[m] as number[]);
    // The task may have begun anywhere in this minute.
    for (let skip = 0; skip < Math.min(first, kinds.length); skip++) {
      let at = first - skip;
      if (!fits(kinds, 0, at, minutes[m] as number[], counts, skip > 0)) continue;
      let next = m + 1;
      while (next < minutes.length && at < kinds.length) {
        const wanted = minutes[next] as number[];
        const size = sum(wanted);
        const to = Math.min(kinds.length, at + size);
        if (!fits(kinds, at, to, wanted, counts, to - at < size)) break;
        at = to;
        next++;
      }
      most = Math.max(most, at);
      if (most >= kinds.length) return most;
    }
  }
  return most;
}

/** Whether these actions are those of the minute; with `part` some of them. */
function fits(
  kinds: readonly number[],
  from: number,
  to: number,
  wanted: readonly number[],
  counts: Int32Array,
  part = false,
): boolean {
  if (to > kinds.length) return false;
  counts.fill(0);
  for (let i = from; i < to; i++) {
    const kind = kinds[i] as number;
    counts[kind] = (counts[kind] as number) + 1;
  }
  return counts.every((count, kind) =>
    part ? count <= (wanted[kind] as number) : count === (wanted[kind] as number),
  );
}

/** How well the kinds of a task go with those of the day. */
function likeness(kinds: readonly number[], minutes: readonly number[][]): number {
  const day = KINDS.map((_, kind) => minutes.reduce((total, counts) => total + (counts[kind] as number), 0));
  const all = sum(day);
  let score = 0;
  for (const kind of kinds) score += Math.log(((day[kind] as number) + 0.5) / (all + 0.5 * KINDS.length));
  return score;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((a, b) => a + b, 0);
}
