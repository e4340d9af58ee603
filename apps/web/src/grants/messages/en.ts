import type { PartyRole, Purpose } from '@aboveboard/consent/agreement';
import type { GrantReading } from '@aboveboard/consent/grant-document';
import type { GrantRefusal } from '@aboveboard/consent/grant-note';
import type { GrantEnd } from '@aboveboard/protocol/grants';
import { parties } from '../../stewards/messages/en.ts';

const people = (names: readonly string[]) =>
  names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const roles = (of: readonly PartyRole[]) => people(of.map((role) => parties[role]));
const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

const REASONS: Readonly<Record<GrantRefusal, string>> = {
  purpose: 'The purpose is not clear or not agreed',
  slice: 'It is about too many recordings, or the wrong ones',
  time: 'It is for too long',
  asker: 'It is not clear who asks',
  other: 'For another reason',
};
const PURPOSES: Readonly<Record<Purpose, string>> = {
  'model-training': 'training a model',
  'model-testing': 'testing a model',
};
const READINGS: Readonly<Record<GrantReading, string>> = {
  dataset: 'build a dataset',
  inspection: 'look at single recordings',
  rendering: 'make pictures',
  environment: 'make an environment to practise in',
};

/** Every word of the pages about grants and policies. */
export const text = {
  parties,
  purposes: PURPOSES,
  readings: READINGS,
  reasons: REASONS,
  state: { waiting: 'Waits', holds: 'Approved', ended: 'Ended' },
  purpose: (purpose: Purpose) => `For ${PURPOSES[purpose]}.`,
  reading: (kinds: readonly GrantReading[]) => `To ${people(kinds.map((kind) => READINGS[kind]))}.`,
  recordings: (n: number) => `${count(n, 'recording', 'recordings')}, each named by its number.`,
  tasks: (cards: readonly string[], from: string, to: string) =>
    `Recordings of the ${cards.length === 1 ? 'task' : 'tasks'} ${people(cards)} in the weeks ${from} to ${to}.`,
  anyTask: (from: string, to: string) => `Recordings of any task in the weeks ${from} to ${to}.`,
  anyVersion: (id: string) => id,
  version: (id: string, version: number) => `${id} (version ${version})`,
  until: (day: string) => `Until ${day}. It ends by itself and is not prolonged.`,
  under: (version: number) => `Under version ${version} of the agreement, and no other.`,
  asker: (account: string) => `Asked by the researcher ${account.slice(0, 8)}.`,
  askedOn: (day: string) => `Asked on ${day}.`,
  approvedBy: (of: readonly PartyRole[]) => `Approved by ${roles(of)}.`,
  waitsFor: (of: readonly PartyRole[], day: string) =>
    `Waits for ${roles(of)}, until ${day}. Afterwards it is over.`,
  waitsForYou: (day: string) => `It waits for you, until ${day}.`,
  ended: ({ kind, by, reason }: GrantEnd): string => {
    const who = by ? capital(parties[by]) : '';
    switch (kind) {
      case 'refused':
        return `${who} refused: ${(REASONS[reason as GrantRefusal] ?? REASONS.other).toLowerCase()}.`;
      case 'revoked':
        return `${who} revoked it.`;
      case 'withdrawn':
        return 'The researcher took it back.';
      case 'agreement':
        return 'The agreement that it was under is not in force any more.';
      case 'over':
        return 'Its time is over.';
      case 'unanswered':
        return 'Too few answered in time.';
    }
  },
  unreadable: 'This page does not understand what was asked. Nothing can be signed here.',
  list: {
    title: 'Reading',
    leadResearcher:
      'Whoever wants to read recordings asks here. Two parties approve, the employees’ representative among them, and all of it stands in the log.',
    leadParty:
      'What researchers ask to read. It takes two parties, the employees’ representative among them; each party ends it alone.',
    none: 'Nobody has asked for anything yet.',
    waiting: 'What waits for you',
    nothingWaits: 'Nothing waits for you.',
    others: 'The others',
    mine: 'What you asked for',
    document: 'What is signed, to the byte',
    digest: 'Its digest',
  },
  ask: {
    title: 'Ask to read',
    purpose: 'For what',
    reading: 'What is done with it',
    slice: 'Which recordings',
    sliceTasks: 'Of tasks, by week',
    sliceList: 'A list of recordings',
    cards: 'Tasks',
    cardsNote: 'None chosen: any task.',
    from: 'From week',
    to: 'To week',
    weekNote: 'Such as 2026-W47. Weeks to come may be named: contributors see which tasks are wanted.',
    list: 'Numbers of recordings, one a line',
    days: 'For how many days (1 to 92)',
    what: 'The parties are shown what you ask for. Nothing is opened.',
    button: 'Ask',
    asked: 'Asked. It stands in the log, and waits for the parties.',
    withdraw: 'Take it back',
    withdrawn: 'Taken back.',
  },
  approve: {
    title: 'Approve',
    what: 'You sign that this may be read. With the approvals of two parties it can be, until its end.',
    undo: 'Yes: you or any party can revoke it at once. What was read by then was read.',
    button: 'Sign the approval',
  },
  refuse: {
    title: 'Refuse',
    what: 'You sign that this may not be read. The request is over; the researcher may ask again.',
    undo: 'No. Who asks again asks something new.',
    reason: 'Why',
    button: 'Sign the refusal',
  },
  revoke: {
    title: 'Revoke',
    what: 'You sign that nothing more may be read under this. From now on nothing opens.',
    undo: 'No. What was read before stays read; the log says what.',
    button: 'Sign the revocation',
    word: 'revoke',
  },
  noKey: 'You need your party’s key in this browser to sign. It is made or taken on the page “Sign”.',
  policies: {
    title: 'Who may do what',
    lead: 'These are the rules that the server decides by, as it runs them. What is not permitted here is denied; a “forbid” wins over every “permit”. The comments say what each is for.',
    schema: 'What can be asked, and by whom',
    files: {
      'everyone.cedar': 'Everyone',
      'contributors.cedar': 'Contributors',
      'researchers.cedar': 'Researchers',
      'parties.cedar': 'Representative, data-protection officer, employer',
      'operators.cedar': 'The operator',
      'server.cedar': 'The server itself',
      'never.cedar': 'What never happens',
    } as Readonly<Record<string, string>>,
  },
};
