import { parentPort } from 'node:worker_threads';
import { identification } from '@aboveboard/dataset/risk/identification';
import { linkage } from '@aboveboard/dataset/risk/linkage';
import { joinedSessions, noSignal } from '@aboveboard/dataset/risk/no-signal';
import { joinedWith, outsideLogOf } from '@aboveboard/dataset/risk/outside-log';
import { partLinkage } from '@aboveboard/dataset/risk/part-linkage';
import { ATTACKERS } from '@aboveboard/dataset/risk/risk-job';
import { pieceTasks, tasksIn } from './forms.ts';
import type { Answer, Question } from './measurement.ts';
import { mouseSessions } from './mouse-sessions.ts';

const SEED = 20_261_122;
const TASKS = 40;
/** Of each session, with up to six parts each. */
const CUT_TASKS = 10;
const sessions = mouseSessions();

parentPort?.on('message', (question: Question) => {
  parentPort?.postMessage({ question, found: foundFor(question) } satisfies Answer);
});

function foundFor(question: Question): Answer['found'] {
  if (question.what === 'joining') {
    return joinedWith(outsideLogOf(sessions), tasksIn(sessions, question.form, 5), question.precision, SEED);
  }
  const options = { rounds: question.rounds, seed: SEED, tasksOfSession: TASKS };
  switch (question.what) {
    case 'naming':
      return identification(tasksIn(sessions, question.form, question.length), ATTACKERS, options);
    case 'linking':
      return linkage(tasksIn(sessions, question.form, question.length), ATTACKERS, options);
    case 'putting parts together':
      return partLinkage(tasksIn(sessions, 'release', 5), ATTACKERS, question.third, {
        ...options,
        tasksOfSession: CUT_TASKS,
      });
    case 'naming a piece':
      return identification(pieceTasks(sessions), ATTACKERS, { ...options, tasksOfSession: 80 });
    case 'no signal': {
      const whole = question.length === 'all';
      const dealt = noSignal(tasksIn(sessions, question.form, whole ? 5 : question.length), SEED);
      return identification(whole ? joinedSessions(dealt) : dealt, ATTACKERS, options);
    }
  }
}
