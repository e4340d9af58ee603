import type { RulesNews } from '@aboveboard/capture/line/followed-rules';
import type { RulesRefusal } from '@aboveboard/consent/rules-state';
import type { Membership } from './membership.ts';
import type { RulesView } from './rules-desk.ts';

const HOUR = 3_600_000;

/** How it stands with the rules and with her part in them, in sentences. */
export function viewOf(given: {
  news: RulesNews;
  joining: Membership['joining'];
  eraseCode: string | null;
  now: number;
}): RulesView {
  const { news, joining, eraseCode } = given;
  return {
    sentences: [...standingWords(news, given.now), JOINING[joining]],
    asksForCode: joining !== 'under-way' && joining !== 'done',
    eraseCode,
  };
}

function standingWords({ rules, fork, faults }: RulesNews, now: number): string[] {
  if (fork) {
    return [
      'The log of the rules was shown to this computer in two forms that contradict each other. Nothing is recorded; tell your representative.',
    ];
  }
  if (!rules) {
    const [fault] = faults;
    const why = fault ? ` What came was not relied on: ${fault.rule} ${fault.message}.` : '';
    return [`The rules have not been proved on this computer yet.${why}`];
  }
  const { standing } = rules.state;
  if (!standing.inForce) return [REFUSED[standing.refusal]];
  const { id, version, staleHours } = standing.version.agreement;
  const hours = Math.floor((now - rules.checkpointTime) / HOUR);
  return [
    `Agreement ${id}, version ${version}: signed by all parties, in the log, and held by witnesses ${hours < 1 ? 'within the hour' : `${hours} hours ago`}.`,
    `With nothing newer for ${staleHours} hours, recording stops by itself.`,
  ];
}

const REFUSED: Readonly<Record<RulesRefusal, string>> = {
  unsigned: 'No agreement is signed by all parties. Nothing is recorded.',
  revoked: 'A party took the agreement back. Nothing is recorded.',
  suspended: 'A party suspended the agreement. Nothing is recorded.',
  objected: 'Too many objected to the agreement. Nothing is recorded.',
};

const JOINING: Readonly<Record<Membership['joining'], string>> = {
  no: 'Nobody takes part on this computer yet.',
  'under-way': 'Your code is being redeemed. That takes a few periods.',
  done: 'You take part, under a name that nobody can link to your code.',
  'not-dealt': 'That code was not dealt here.',
  used: 'That code was used already.',
  issuer: 'Guardian and log name different keys for codes. Tell your representative.',
  erased: 'Everything that came of this code was erased.',
  agreement: 'The server is of another kind than this enrolment.',
  failed: 'That code could not be redeemed.',
};
