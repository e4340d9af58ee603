import type { PartyRole } from '@aboveboard/consent/agreement';
import type { GrantRefusal } from '@aboveboard/consent/grant-note';
import type { HoldReason } from '@aboveboard/consent/hold-document';
import type { IgnoredReason } from '@aboveboard/consent/rules-state';
import type { ObjectionTarget, SuspensionReason } from '@aboveboard/consent/rules-statement';
import type { ACTOR_ROLES, OwnAct } from '@aboveboard/consent/uses-entry';
import type { LineKind } from '../log-line.ts';

const ROLES: Readonly<Record<PartyRole | (typeof ACTOR_ROLES)[number], string>> = {
  employer: 'the employer',
  representative: 'the employees’ representative',
  'data-protection-officer': 'the data-protection officer',
  researcher: 'a researcher',
  operator: 'the operator',
  system: 'the server itself',
};
const REASONS: Readonly<Record<SuspensionReason | 'not-understood', string>> = {
  restructuring: 'a restructuring was announced',
  breach: 'data came into the wrong hands',
  'control-failed': 'a control failed',
  'not-understood': 'for a reason that this software does not know',
};
const IGNORED: Readonly<Record<IgnoredReason, string>> = {
  malformed: 'it is not of the form of this log',
  'faulty-document': 'the document has faults',
  'entered-before': 'the same document stands here already',
  'too-many-wait': 'too many documents wait for signatures',
  'another-agreement': 'it is about another agreement',
  'signed-by-no-party': 'no party signed it',
  'not-for-this-party': 'this party can’t say that alone',
  'unknown-document': 'it is about a document that does not stand here',
  'can-not-come': 'the document can’t come into force any more',
  'said-before': 'the same was said before',
  'takes-back': 'it would take back what can’t be taken back',
};
const GRANT_REASONS: Readonly<Record<GrantRefusal, string>> = {
  purpose: 'the purpose is not clear or not agreed',
  slice: 'it is about too many recordings, or the wrong ones',
  time: 'it is for too long',
  asker: 'it is not clear who asks',
  other: 'for another reason',
};
const HOLD_REASONS: Readonly<Record<HoldReason, string>> = {
  'court-order': 'a court ordered it',
  'authority-order': 'an authority ordered it',
  'legal-claim': 'a legal claim is made or answered',
};
const people = (names: readonly string[]) =>
  names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

/** Every sentence of the logs in English; another language is another table of this shape. */
export const en = {
  language: 'en',
  who: (roles: readonly (keyof typeof ROLES)[]) => capital(people(roles.map((role) => ROLES[role]))),
  rules: {
    document: (version: number) => `Version ${version} of the agreement was put forward.`,
    signed: (who: string, version: number) => `${who} signed version ${version}.`,
    adopted: (who: string, version: number) =>
      `${who} signed version ${version}. All parties have signed it: it is in force.`,
    revoked: (who: string, version: number) =>
      `${who} took back the signature under version ${version}. Recording stops.`,
    suspended: (who: string, reason: SuspensionReason) => `${who} stopped all recording: ${REASONS[reason]}.`,
    tokens: (who: string, issued: number) =>
      `${who} dealt ${count(issued, 'objection token', 'objection tokens')}, one to each employee.`,
    halves: (who: string) => `${who} said which guardian keeps the other half of every key.`,
    policy: (who: string) =>
      `${who} signed that other keys vouch for these logs from then on. It counts when employer and representative have both signed it.`,
    enrolment: (who: string, issued: number) =>
      `${who} dealt ${count(issued, 'code', 'codes')} to all employees, and named the key of what they give.`,
    objections: (who: string, spent: number, issued: number) =>
      `${who} counted ${count(spent, 'objection', 'objections')} from ${count(issued, 'employee', 'employees')}.`,
    target: (target: ObjectionTarget, n: number) =>
      target.kind === 'agreement'
        ? `${n} against the agreement`
        : target.kind === 'app'
          ? `${n} against recording ${target.app}`
          : `${n} against ${target.signal} in ${target.app}`,
    listed: (who: string, name: string, version: string) => `${who} allowed the recorder ${name} ${version}.`,
    withdrawn: (who: string, name: string, version: string) =>
      `${who} withdrew the recorder ${name} ${version}.`,
    breach: (who: string) => `${who} gave notice that data came into the wrong hands.`,
    notUnderstood: (who: string) =>
      `${who} said something that this software does not understand. Recording stops until it does.`,
    ignored: (reason: IgnoredReason) => `An entry that changes nothing: ${IGNORED[reason]}.`,
  },
  uses: {
    grantAsked: (who: string, purpose: string) => `${who} asked to read recordings for “${purpose}”.`,
    grantApproved: (who: string) => `${who} approved a request to read.`,
    grantRefused: (who: string, reason: GrantRefusal) =>
      `${who} refused a request to read: ${GRANT_REASONS[reason]}.`,
    grant: (purpose: string, by: string, until: string) =>
      `${by} allowed recordings to be read for “${purpose}” until ${until}.`,
    grantEnded: (who: string) => `${who} ended a permission to read.`,
    access: (who: string, n: number, purpose: string) =>
      `${who} opened ${count(n, 'recording', 'recordings')} for “${purpose}”.`,
    dataset: (who: string, name: string, version: number, n: number) =>
      `${who} built the dataset ${name}, version ${version}, from ${count(n, 'recording', 'recordings')}.`,
    datasetWithdrawn: (who: string, name: string, version: number) =>
      `${who} withdrew the dataset ${name}, version ${version}.`,
    datasetApart: (who: string, name: string, version: number) =>
      `${who} checked the dataset ${name}, version ${version}, against the one before it: nothing of what was withdrawn is in it.`,
    deletion: (who: string, n: number) => `${who} deleted ${count(n, 'recording', 'recordings')}.`,
    holdAsked: (who: string, reason: HoldReason) =>
      `${who} asked that recordings be kept and not erased for now: ${HOLD_REASONS[reason]}.`,
    hold: (by: string, reason: HoldReason, until: string) =>
      `${by} put recordings under a legal hold until ${until}: ${HOLD_REASONS[reason]}. Nobody reads them, and nothing of them is erased.`,
    holdEnded: (who: string) =>
      `${who} ended a legal hold, or refused it. What waits to be erased is erased.`,
    probe: (tried: number, unanswered: number, found: number, locked: boolean) =>
      `The guardian tried the server’s doors ${count(tried, 'time', 'times')}: ${
        found > 0
          ? `${count(found, 'try', 'tries')} did not end as it should`
          : unanswered > 0
            ? `${count(unanswered, 'try', 'tries')} had no answer`
            : 'every one was closed'
      }. ${locked ? 'It was locked then, and gave nothing.' : 'It was not locked then.'}`,
    configuration: (who: string, setting: string) => `${who} changed the setting ${setting}.`,
    sealed: (n: number) =>
      `${count(n, 'sealed entry', 'sealed entries')}: acts of contributors and fillers, which nobody else can tell apart.`,
    own: {
      consent: 'You agreed to take part.',
      withdrawal: 'You took back your consent.',
      release: 'You released a recording.',
      recall: 'You recalled a recording.',
      erasure: 'You had a recording erased.',
      notice: 'You were sent a notice.',
    } satisfies Record<OwnAct['kind'], string>,
    malformed: 'An entry that is not of the form of this log.',
  },
  checked: {
    tree: (n: number, origin: string) =>
      `All ${count(n, 'entry', 'entries')} of the log ${origin} hash to the checkpoint that the log signed.`,
    last: (shown: number, n: number, origin: string) =>
      `The last ${count(shown, 'entry', 'entries')} of ${n.toLocaleString('en-GB')} are proved to stand in the checkpoint that the log ${origin} signed.`,
    witnessed: (names: readonly string[], when: string) =>
      `${capital(people(names))} witnessed this checkpoint; the last of them that was needed did so on ${when}.`,
    unwitnessed: 'No witness was asked: another reader could be shown another history.',
    unpinned:
      'Nobody gave this reader the parties’ keys: they are those that the first agreement in the log names.',
  },
  kinds: {
    rules: 'Agreement',
    stop: 'Stops',
    objection: 'Objections',
    access: 'Readings',
    dataset: 'Datasets and deletions',
    setting: 'Settings',
    sealed: 'Sealed',
    ignored: 'Without effect',
  } satisfies Record<LineKind, string>,
  feed: {
    filter: 'Show',
    all: 'Everything',
    own: 'About you',
    entry: (first: number, last: number) =>
      first === last ? `Entry ${first}` : `Entries ${first} to ${last}`,
    none: 'Nothing stands here yet.',
    noneOfKind: 'Nothing of this kind stands here.',
    how: 'How do I know?',
    proof: 'Save the proof',
    proofOf: (first: number) => `Save the proof of entry ${first}`,
    more: (n: number) => `Show ${n} more`,
    older: (n: number) => `${count(n, 'older entry is', 'older entries are')} not shown.`,
    aboutYou: 'about you',
  },
  days: {
    caption: 'Day by day, up to the checkpoint (UTC). A day with nothing is counted too.',
    day: 'Day',
    openings: 'Readings',
    recordings: 'Recordings read',
    datasets: 'Datasets',
    deletions: 'Deletions',
  },
};
export type Messages = typeof en;
