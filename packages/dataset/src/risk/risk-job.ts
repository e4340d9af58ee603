import { type AttackedTask, type PointerSession, type TaskLength, tasksOf } from './attacked-task.ts';
import type { Attacker } from './attacker.ts';
import { forestAttacker } from './forest-attacker.ts';
import { type AttackOptions, type Identification, identification } from './identification.ts';
import type { Share } from './interval.ts';
import { linearAttacker } from './linear-attacker.ts';
import { type Linkage, linkage } from './linkage.ts';
import { neighbourAttacker } from './neighbour-attacker.ts';
import { joinedSessions, noSignal } from './no-signal.ts';
import { joinedWith, outsideLogOf } from './outside-log.ts';
import { sequenceAttacker } from './sequence-attacker.ts';

/** All of them, each of another family, are trained anew for every question (RISK1). */
export const ATTACKERS: readonly Attacker[] = [
  forestAttacker,
  linearAttacker,
  neighbourAttacker,
  sequenceAttacker,
];

/** One question of a measurement; jobs do not depend on each other, so that they can run side by side. */
export type RiskJob =
  | { kind: 'identification' | 'no-signal' | 'linkage'; length: TaskLength; seed: number }
  | { kind: 'join'; precision: 'day' | 'minute'; length: TaskLength; seed: number };

export type RiskAnswer =
  | { job: RiskJob; kind: 'identification' | 'no-signal'; found: Identification }
  | { job: RiskJob; kind: 'linkage'; found: Linkage }
  | { job: RiskJob; kind: 'join'; found: Share };

/** What a measurement is of: sessions as recorded, and how a task of them is released. */
export type RiskSubject = {
  sessions: readonly PointerSession[];
  /** A task at the level that is measured; more than one, where that cuts it into parts. */
  released: (task: AttackedTask) => AttackedTask[];
};

export type RiskEffort = Omit<AttackOptions, 'seed' | 'progress'>;

export const EFFORT: RiskEffort = { rounds: 2, tasksOfSession: 30 };

/** Tasks of a length, as they are released: at most so many of each session are, evenly over it. */
export function releasedTasks(
  { sessions, released }: RiskSubject,
  length: TaskLength,
  ofSession: number,
): AttackedTask[] {
  return sessions.flatMap((session) => spread(tasksOf(session, length), ofSession)).flatMap(released);
}

export function answer(
  subject: RiskSubject,
  job: RiskJob,
  effort: RiskEffort = EFFORT,
  progress?: (done: number, of: number) => void,
): RiskAnswer {
  const options = { ...effort, seed: job.seed, ...(progress ? { progress } : {}) };
  switch (job.kind) {
    case 'identification':
      return {
        job,
        kind: job.kind,
        found: identification(releasedTasks(subject, job.length, effort.tasksOfSession), ATTACKERS, options),
      };
    case 'no-signal': {
      const whole = job.length === 'all';
      const dealt = noSignal(releasedTasks(subject, whole ? 5 : job.length, effort.tasksOfSession), job.seed);
      const tasks = whole ? joinedSessions(dealt) : dealt;
      return { job, kind: job.kind, found: identification(tasks, ATTACKERS, options) };
    }
    case 'linkage':
      return {
        job,
        kind: 'linkage',
        found: linkage(releasedTasks(subject, job.length, effort.tasksOfSession), ATTACKERS, options),
      };
    case 'join': {
      const tasks = releasedTasks(subject, job.length, effort.tasksOfSession);
      const log = outsideLogOf(subject.sessions);
      return { job, kind: 'join', found: joinedWith(log, spread(tasks, JOINED), job.precision, job.seed) };
    }
  }
}

/** Joining needs no training, and so many tasks say enough. */
const JOINED = 300;

function spread(tasks: readonly AttackedTask[], most: number): AttackedTask[] {
  if (tasks.length <= most) return [...tasks];
  return Array.from({ length: most }, (_, i) => tasks[Math.floor((i * tasks.length) / most)] as AttackedTask);
}
