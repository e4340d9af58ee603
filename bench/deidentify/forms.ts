import { createHash } from 'node:crypto';
import {
  type AttackedTask,
  type PointerSession,
  type TaskLength,
  tasksOf,
} from '@aboveboard/dataset/risk/attacked-task';
import { joinedSessions } from '@aboveboard/dataset/risk/no-signal';
import { mixed } from '@aboveboard/redact/movement/cohort-mixing';
import { Deidentification } from '@aboveboard/redact/movement/deidentification';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import { ElementBoxes } from '@aboveboard/redact/movement/element-boxes';
import type { PointerAction } from '@aboveboard/redact/movement/pointer-action';
import { PointerReducer } from '@aboveboard/redact/movement/pointer-reducer';
import { PointerTrack } from '@aboveboard/redact/movement/pointer-sample';
import { ReleasedPointer } from '@aboveboard/redact/movement/released-pointer';
import {
  OnStandardScreen,
  type ScreenSize,
  scaleOf,
  usualScreen,
} from '@aboveboard/redact/movement/screen-geometry';
import { partsOf } from '@aboveboard/redact/movement/task-parts';
import { minimumJerk, type PeerMotion, pointsOnly, straightLines, timeRounded } from './peer-motions.ts';

/** What is measured, in the order of the table; each says what becomes of a task's rows. */
export const FORMS = [
  'as recorded',
  'time rounded to 100 ms',
  'straight lines',
  'minimum jerk',
  'points, standard times',
  'release, whole tasks',
  'release',
  'open, epsilon 8',
  'open, epsilon 4',
  'open, epsilon 1',
  'open, mixed',
] as const;
export type Form = (typeof FORMS)[number];

const BOXES = new ElementBoxes();
const PEERS: Partial<Record<Form, PeerMotion>> = {
  'as recorded': (track) => track,
  'time rounded to 100 ms': timeRounded,
  'straight lines': straightLines,
  'minimum jerk': minimumJerk,
  'points, standard times': pointsOnly,
};

/** The tasks of a form. Draws are seeded here, so that a figure can be had again. */
export function tasksIn(sessions: readonly PointerSession[], form: Form, length: TaskLength): AttackedTask[] {
  if (form === 'open, mixed') return mixedTasks(sessions, length);
  const tasks = sessions.flatMap((session) => tasksOf(session, length));
  if (form === 'release') return tasks.flatMap((task, i) => partsIn(task, screenOf(sessions, task), i));
  return tasks.map((task, i) => ({
    ...task,
    track: trackIn(task.track, form, screenOf(sessions, task), `${length} ${i}`),
  }));
}

export function trackIn(track: PointerTrack, form: Form, screen: ScreenSize, which: string): PointerTrack {
  const peer = PEERS[form];
  if (peer) return peer(track);
  const out = new PointerTrack();
  const epsilon = /epsilon (\d+)/.exec(form)?.[1];
  const one = new Deidentification(out, {
    level: epsilon === undefined ? 'release' : 'open',
    boxes: BOXES,
    screen,
    draws: new Drawing(key(`${form} ${which}`)),
    ...(epsilon === undefined ? {} : { epsilon: Number(epsilon) }),
  });
  track.giveTo(one);
  one.end();
  return out;
}

/** A task as `release` gives it: in parts that have identifiers of their own (MOV27). */
function partsIn(task: AttackedTask, screen: ScreenSize, which: number): AttackedTask[] {
  const actions = actionsIn(onStandard(task.track, screen));
  return partsOf(actions)
    .filter(({ length }) => length > 2)
    .map((part, n) => ({
      ...task,
      task: which,
      track: actedOut(part, `part ${which} ${n}`, scaleOf(screen)),
    }));
}

/** The screen is not told in these tables; it shows in how far the session reaches. */
function screenOf(sessions: readonly PointerSession[], { session }: AttackedTask): ScreenSize {
  let screen = screens.get(session);
  if (screen === undefined) {
    const { track } = sessions.find((one) => one.session === session) as PointerSession;
    let [right, bottom] = [0, 0];
    for (let i = 0; i < track.length; i++) {
      right = Math.max(right, track.x[i] as number);
      bottom = Math.max(bottom, track.y[i] as number);
    }
    screen = usualScreen(right, bottom);
    screens.set(session, screen);
  }
  return screen;
}
const screens = new Map<number, ScreenSize>();

function onStandard(track: PointerTrack, screen: ScreenSize): PointerTrack {
  const out = new PointerTrack();
  track.giveTo(new OnStandardScreen(screen, out));
  return out;
}

/** A task's actions before, where the form has them, and its rows after. Parts are taken together again. */
export function released(
  sessions: readonly PointerSession[],
  task: AttackedTask,
  form: Form,
): { before: PointerAction[]; after: PointerTrack } {
  const screen = screenOf(sessions, task);
  const drawn = form.startsWith('release') || form.startsWith('open');
  const before = actionsIn(drawn ? onStandard(task.track, screen) : task.track);
  if (form !== 'release') return { before, after: trackIn(task.track, form, screen, 'utility') };
  const parts = partsOf(before).map((part, n): AttackedTask => {
    return { ...task, track: actedOut(part, `utility ${n}`, scaleOf(screen)) };
  });
  return { before, after: joinedSessions(parts)[0]?.track ?? new PointerTrack() };
}

export function actionsIn(track: PointerTrack): PointerAction[] {
  const actions: PointerAction[] = [];
  const reducer = new PointerReducer(BOXES, (action) => actions.push(action));
  track.giveTo(reducer);
  reducer.end();
  return actions;
}

/** Five people are no cohort of ten; the bench mixes those that there are, and says so. */
export function mixtureOf(sessions: readonly PointerSession[]) {
  const people = 1 + Math.max(...sessions.map(({ person }) => person));
  const tasks = Array.from({ length: people }, (_, person) =>
    sessions.filter((one) => one.person === person).flatMap((one) => tasksOf(one, 5)),
  );
  const cohort = tasks.map((own) =>
    own.map((task) => actionsIn(onStandard(task.track, screenOf(sessions, task)))),
  );
  const sessionOf = (person: number, task: number) => tasks[person]?.[task]?.session ?? -1;
  return { ...mixed(cohort, new Drawing(key('mixed')), { least: people }), cohort, sessionOf };
}

/** Mixed tasks are given to the sessions in turn, and taken for those of the people who had recorded these. */
function mixedTasks(sessions: readonly PointerSession[], length: TaskLength): AttackedTask[] {
  const { tasks } = mixtureOf(sessions);
  const given = tasks.map(({ actions }, i): AttackedTask => {
    const { person, session } = sessions[i % sessions.length] as PointerSession;
    return { person, session, track: actedOut(actions, `mixed ${i}`), tokens: [] };
  });
  const whole = joinedSessions(given.sort((a, b) => a.session - b.session));
  return length === 'all' ? whole : whole.flatMap((session) => tasksOf(session, length));
}

/** The pieces of mixed tasks as an attacker has them who sees where one ends: each with the person that it came from. */
export function pieceTasks(sessions: readonly PointerSession[]): AttackedTask[] {
  const { tasks, sessionOf } = mixtureOf(sessions);
  return tasks.flatMap(({ actions, sources }, i) =>
    sources.map(
      ({ person, task, from, to }): AttackedTask => ({
        person,
        session: sessionOf(person, task),
        track: actedOut(actions.slice(from, to), `piece ${i} ${from}`),
        tokens: [],
      }),
    ),
  );
}

function actedOut(
  actions: readonly PointerAction[],
  which: string,
  pixel?: ReturnType<typeof scaleOf>,
): PointerTrack {
  const track = new PointerTrack();
  const pointer = new ReleasedPointer(new Drawing(key(which)), BOXES, track, pixel);
  for (const action of actions) pointer.act(action);
  return track;
}

function key(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}
