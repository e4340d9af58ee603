import { writeFileSync } from 'node:fs';
import type { Identification } from '@aboveboard/dataset/risk/identification';
import type { Share } from '@aboveboard/dataset/risk/interval';
import type { Linkage } from '@aboveboard/dataset/risk/linkage';
import { type PartLinkage, THIRDS } from '@aboveboard/dataset/risk/part-linkage';
import { riskDocument } from './deidentify/document.ts';
import { FORMS, type Form } from './deidentify/forms.ts';
import { secondsOfLongRelease } from './deidentify/long-release.ts';
import { type Answer, answers, type Question } from './deidentify/measurement.ts';
import { hasMouseData, mouseSessions } from './deidentify/mouse-sessions.ts';
import { rowsPerSecond } from './deidentify/speed.ts';
import { utilityOf } from './deidentify/utility.ts';
import type { Measured, Target } from './report.ts';

// Who moved the mouse: adaptive attackers on five people's real sessions, as recorded, as others treat them, and at our
// levels; docs/movement-risk.md is made here, all of it. Needs the data beside the repository (ABOVEBOARD_TEST_DATA names
// another place). Made for ten minutes on two quiet cores; its notes say what it took.
export const targets: Target[] = [
  { metric: 'named, whole sessions', op: '>=', value: 85, unit: '% as recorded' },
  { metric: 'named at release, 5 minutes', op: '<=', value: 54, unit: '%' },
  { metric: 'linked at release, of what was linked above chance', op: '<=', value: 50, unit: '%' },
  { metric: 'named at open above the control’s bound, whole sessions', op: '<=', value: 0, unit: 'points' },
  { metric: 'same actions at release', op: '>=', value: 100, unit: '%' },
  { metric: 'clicks inside their element at release', op: '>=', value: 100, unit: '%' },
  { metric: 'rows', op: '>=', value: 2_000_000, unit: 'rows/s, table to table' },
  { metric: 'risk of 10 people and 50 hours', op: '<=', value: 5, unit: 'minutes on two cores' },
];

/** How often splits are drawn: for figures that a target is held against, and for the others. */
const ROUNDS = { weighed: 2, others: 1 };
const PEERS: readonly Form[] = ['time rounded to 100 ms', 'straight lines', 'minimum jerk'];
const LENGTHS = [1, 5, 15, 'all'] as const;

export async function run(): Promise<Measured> {
  if (!hasMouseData()) throw new Error('The mouse data is not beside the repository; nothing was measured.');
  const began = performance.now();
  const sessions = mouseSessions();
  const speed = rowsPerSecond(sessions);
  const found = await answers(questions());
  const utility = new Map(FORMS.map((form) => [form, utilityOf(sessions, form)]));
  const long = await secondsOfLongRelease(sessions);
  writeFileSync(new URL('../docs/movement-risk.md', import.meta.url), riskDocument(found, utility, ROUNDS));
  const named = (form: Form, length: (typeof LENGTHS)[number], what: 'naming' | 'no signal' = 'naming') =>
    percent(bestOf(found, (q) => q.what === what && q.form === form && q.length === length).share);
  const linked = (form: Form) => percent(bestOf(found, (q) => q.what === 'linking' && q.form === form).share);
  const left = (form: Form) => (100 * (linked(form) - 50)) / (linked('as recorded') - 50);
  const figures = (form: Form) => ({
    'named at release, 5 minutes': named(form, 5),
    'named, whole sessions': named(form, 'all'),
    'linked at release, of what was linked above chance': left(form),
  });
  const control = bestOf(
    found,
    (q) => q.what === 'no signal' && q.form === 'open, mixed' && q.length === 'all',
  );
  const release = utility.get('release');
  return {
    metrics: {
      'named, whole sessions': named('as recorded', 'all'),
      'named as recorded, 5 minutes': named('as recorded', 5),
      'named at release, 5 minutes': named('release', 5),
      'named at release, 5 minutes, not cut into parts': named('release, whole tasks', 5),
      'linked as recorded, 5 minutes': linked('as recorded'),
      'linked at release, 5 minutes': linked('release'),
      'linked at release, of what was linked above chance': left('release'),
      'parts of one task told from somebody else’s at release': percent(
        bestOf(found, (q) => q.what === 'putting parts together' && q.third === 'somebody else').share,
      ),
      'named at open, whole sessions': named('open, mixed', 'all'),
      'named at open above the control’s bound, whole sessions': Math.max(
        0,
        named('open, mixed', 'all') - percent(control.high),
      ),
      'same actions at release': percent(release?.same ?? Number.NaN),
      'clicks inside their element at release': percent(release?.inside ?? Number.NaN),
      rows: speed.release,
      'risk of 10 people and 50 hours': long.seconds / 60,
    },
    peers: {
      ...Object.fromEntries(PEERS.map((form) => [form, figures(form)])),
      'only reading the rows': { rows: speed.read },
    },
    notes: [
      `five people, twenty sessions, ${ROUNDS.weighed} rounds of splits that hold out whole sessions for what a target is held against, ${ROUNDS.others} for the rest; the best of four attackers and of all together`,
      'a release cuts tasks into parts of at most 12 actions, in place of subgoals that these tables do not tell; every part is asked about',
      'peers: the figures under our names are theirs, by the same attackers trained anew on their output',
      `speed: ${speed.rows.toLocaleString('en-US')} rows of the same sessions, best of five`,
      `all of it took ${((performance.now() - began) / 60_000).toFixed(1)} minutes`,
      `risk: ${long.rows.toLocaleString('en-US')} rows, ${(long.processor / 60).toFixed(1)} minutes of processor time; five people are real, five are they mirrored and slower; sessions repeated`,
    ],
  };
}

/** The longest first, as two threads share them. */
function questions(): Question[] {
  const many: Form[] = ['as recorded', 'release', 'release, whole tasks', 'open, mixed'];
  const asked: Question[] = [
    ...FORMS.flatMap((form): Question[] => [naming('naming', form, 5), linking(form)]),
    ...many.map((form) => naming('naming', form, 1)),
    ...(['as recorded', 'release', 'open, mixed'] as const).flatMap((form) =>
      LENGTHS.map((length) => naming('no signal', form, length)),
    ),
    ...FORMS.map((form) => naming('naming', form, 'all')),
    ...many.map((form) => naming('naming', form, 15)),
    { what: 'naming a piece', form: 'open, mixed', rounds: ROUNDS.others },
    ...THIRDS.map(
      (third): Question => ({
        what: 'putting parts together',
        form: 'release',
        third,
        rounds: ROUNDS.others,
      }),
    ),
    ...many.flatMap((form) =>
      (['day', 'minute'] as const).map((precision): Question => ({ what: 'joining', form, precision })),
    ),
  ];
  const rounds = (question: Question) => ('rounds' in question ? question.rounds : 0);
  return asked.sort((a, b) => rounds(b) - rounds(a));
}

function naming(what: 'naming' | 'no signal', form: Form, length: (typeof LENGTHS)[number]): Question {
  return {
    what,
    form,
    length,
    rounds: WEIGHED.has(`${what} ${form} ${length}`) ? ROUNDS.weighed : ROUNDS.others,
  };
}

function linking(form: Form): Question {
  return {
    what: 'linking',
    form,
    length: 5,
    rounds: WEIGHED.has(`linking ${form}`) ? ROUNDS.weighed : ROUNDS.others,
  };
}

/** What a target is held against; what comes out says so of its splits. */
const WEIGHED: ReadonlySet<string> = new Set([
  'naming as recorded 5',
  'naming as recorded all',
  'naming release 5',
  'naming open, mixed all',
  'no signal open, mixed all',
  'linking as recorded',
  'linking release',
]);

function bestOf(found: readonly Answer[], is: (question: Question) => boolean): Share {
  const answer = found.find(({ question }) => is(question))?.found as
    | Identification
    | Linkage
    | PartLinkage
    | undefined;
  const best = answer?.attackers[answer.best];
  if (!best) throw new Error('A figure is missing.');
  return best;
}

function percent(share: number): number {
  return 100 * share;
}
