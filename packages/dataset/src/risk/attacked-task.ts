import { PointerTrack } from '@aboveboard/redact/movement/pointer-sample';

/**
 * What an attacker is given of one task: its rows, and whatever else the release says of it (application, target,
 * wording, template), each as `channel:value`. `person` and `session` are numbers from 0; only training sees them.
 */
export type AttackedTask = {
  person: number;
  session: number;
  track: PointerTrack;
  tokens: readonly string[];
  /** Of a part: the task that it was cut from. Only the one who asks sees it. */
  task?: number;
  /** It is released as one, however long it is (MOV54). */
  whole?: boolean;
};

/** All that one person did from one start to one stop. */
export type PointerSession = AttackedTask;

/** How long a task is, in minutes of activity; `all`: the whole session. */
export type TaskLength = number | 'all';

/** Longer than this without a row, and the rest of the pause does not count as activity (RISK3). */
export const PAUSE_MS = 5000;

/** Fewer actions than this, and a remainder of a session is no task. */
const LEAST_PRESSES = 3;

/** A session cut into tasks of that much activity; what is left over at its end counts from half of it on. */
export function tasksOf(session: PointerSession, length: TaskLength): AttackedTask[] {
  if (length === 'all') return [session];
  const { track } = session;
  const tasks: AttackedTask[] = [];
  let active = 0;
  let from = 0;
  const close = (to: number, least: number) => {
    const part = new PointerTrack();
    track.giveTo(part, from, to);
    if (active >= least && presses(part) >= LEAST_PRESSES) tasks.push({ ...session, track: part });
    from = to;
    active = 0;
  };
  let held = false;
  for (let i = 1; i < track.length; i++) {
    active += Math.min(PAUSE_MS, Math.max(0, (track.t[i] as number) - (track.t[i - 1] as number)));
    if (track.kind[i - 1] === 1) held = true;
    if (track.kind[i - 1] === 2) held = false;
    if (active >= length * 60_000 && !held) close(i, 0);
  }
  close(track.length, length * 30_000);
  return tasks;
}

function presses(track: PointerTrack): number {
  let count = 0;
  for (let i = 0; i < track.length; i++) if (track.kind[i] === 1 || track.kind[i] === 3) count++;
  return count;
}
