import type { AccessKind } from '@aboveboard/vault/journal';
import type { HoldProof } from './proved-holds.ts';
import type { ReadingProof } from './proved-readings.ts';

const number = (n: number) => n.toLocaleString('en-GB');
const count = (n: number, one: string, many: string) => `${number(n)} ${n === 1 ? one : many}`;

const KINDS: Readonly<Record<AccessKind, string>> = {
  dataset: 'to build a dataset',
  inspection: 'to look at it',
  rendering: 'to draw pictures of it',
  environment: 'to make a practice task of it',
  'own-review': 'for a review of one’s own',
  verification: 'to check that it is whole',
};
const ROLES: Readonly<Record<string, string>> = {
  researcher: 'A researcher',
  operator: 'The operator',
  system: 'The server itself',
  job: 'A job of the server',
};

const HOLD_REASONS: Readonly<Record<string, string>> = {
  'court-order': 'a court ordered it',
  'authority-order': 'an authority ordered it',
  'legal-claim': 'a legal claim is made or answered',
};

/** What the page says that shows her everything of hers. Times come written out. */
export const ownDataWords = {
  title: 'Your data',
  lead: 'Everything of yours that this device has or was told of: who read it, a copy of it, and erasing it. Only your key finds what is yours; nobody else can open this page.',
  link: 'Your data: who read it, a copy, erase',

  askedAt: (when: string) => `The server was last asked on ${when}.`,
  neverAsked: 'The server has not been asked yet what it has of yours.',
  asking:
    'The server is being asked. Where the way goes through the guardian that takes some periods; you can leave this page.',
  ask: 'Ask the server now',
  askHint:
    'It is asked only when you press this, so that the server does not learn on which days your recorder runs.',
  notReached:
    'The server was not reached. What you see is what it said before, and what this device has itself.',
  refused: (why: string) => `The server did not say: ${why} What you see is what it said before.`,

  notices: 'Notices to you',
  noticeLead: (from: string, to: string) =>
    `There was a breach of the rules between ${from} and ${to}. Of yours this was read in that time:`,
  noticeUnlogged: 'It is not in the log of uses: somebody read past it.',
  noticeMore: (n: number) =>
    `${count(n, 'more reading', 'more readings')} of yours in that time. “Ask the server now” below shows all of them.`,
  noticeAct:
    'What you can do: ask your representative what happened; ask the data-protection officer in writing (Article 34 of the GDPR); save the copy below as evidence; erase what you like; withdraw your consent; object. None of it needs a reason.',
  noticeCame: (when: string) =>
    `It came to this device on ${when}. Only your key opens it; nobody is told whether you read it.`,
  noticeRead: 'I have read this',
  noticePanel: 'There was a breach of the rules, and recordings of yours were read.',
  noticePanelLink: 'See what was read, when, by whom, and what you can do',

  holds: 'Kept for a legal reason',
  holdsLead:
    'Your employer asked, and your representative approved, that these are not erased for now. Nobody reads them meanwhile, not even under a permission. It ends by itself on the day that is named, or before if a party ends it. You can ask your representative why.',
  hold: (id: string, reason: string, until: string) =>
    `Recording ${id} is kept until ${until}: ${HOLD_REASONS[reason] ?? 'for a reason that this recorder does not know'}.`,
  holdBy: 'Approved by your employer and by your representative',
  holdWaits:
    'You asked for its erasure. That was accepted and stands in the log. It is carried out by itself within an hour of the end.',
  holdNoErasure: 'You can still ask for its erasure; it is then carried out by itself at the end.',
  holdProofs: {
    proved:
      'Checked on this device: the entry stands in the log of uses, under the head that the witnesses signed, with both approvals.',
    differs:
      'This does not hold. What stands at that place in the log says something else, or that it was ended. Tell your representative.',
    newer: 'Not checked yet: it is newer than what this device has of the log. That comes by itself.',
    older:
      'Not checked here: it is older than what this device keeps of the log. “aboveboard log” can check it.',
    'no-log': 'Not checked: this device has no part of the log of uses yet.',
  } satisfies Record<HoldProof, string>,
  waiting: 'What waits to be erased',
  waitingOne: (when: string, recordings: number, day: string) =>
    `${when}: you asked for the erasure of ${count(recordings, 'recording', 'recordings')}. A legal hold keeps it until ${day} at the latest; then it is erased by itself. “Ask the server now” says how it stands.`,
  heldInPanel: (n: number) =>
    `${count(n, 'recording of yours is', 'recordings of yours are')} kept for a legal reason and not erased for now. Nobody reads ${n === 1 ? 'it' : 'them'} meanwhile.`,
  silence: (day: string) =>
    `This device has said nothing to the server for a long time. Unless one of your devices does before ${day}, everything that you released is erased, as was agreed. Nothing on this device is.`,
  silenceKeep: 'Say a word, and keep it',
  heldInPanelLink: 'See what is kept, why, and until when',

  readings: 'Who read it',
  readingsNone: (days: number) =>
    `The server says that nobody read anything of yours in the last ${days} days, or before.`,
  reading: (by: string, kind: string, recordings: number, day: string) =>
    `${ROLES[by] ?? 'Somebody'} opened ${count(recordings, 'recording', 'recordings')} of yours on ${day}, ${
      KINDS[kind as AccessKind] ?? 'for a purpose that this recorder does not know'
    }.`,
  grant: (grant: string) => `Under the permission ${grant}`,
  noGrant: 'Under no permission. What you released is never opened so; ask your representative.',
  proofs: {
    proved:
      'Checked on this device: the entry stands in the log of uses, under the head that the witnesses signed.',
    differs:
      'This does not hold. What stands at that place in the log says something else. Tell your representative, and save the copy below as evidence.',
    'not-entered':
      'The server says that it began and never came into the log. Then nothing was opened; this device can not see that for itself.',
    newer: 'Not checked yet: it is newer than what this device has of the log. That comes by itself.',
    older:
      'Not checked here: it is older than what this device keeps of the log. “aboveboard log” can check it.',
    'no-log': 'Not checked: this device has no part of the log of uses yet.',
  } satisfies Record<ReadingProof, string>,
  entry: (index: number) => `Entry ${number(index)} of the log of uses`,
  alarm: (n: number) =>
    `${count(n, 'reading does', 'readings do')} not fit the log of uses. Tell your representative.`,

  days: 'Day by day',
  daysHint:
    'The middle column is what the server says of yours. The last is what this device counted itself in the log: readings of anybody’s recordings. Which of those were yours only the server can say. Where the first is the larger number, something is wrong.',
  day: 'Day',
  hers: 'Of yours',
  inAll: 'Of anybody’s, by the log',
  unknown: 'not here',
  moreDays: (n: number) => `Show all ${n} days`,

  copy: 'A copy of everything',
  copyLead:
    'One file (ZIP) with your recordings that are still on this device, your consents and receipts, the agreement, and what the server said it has of you and who read it. It is made on this device; the server does not learn of it.',
  copyWarning:
    'It is not sealed: whoever gets the file can read it. It holds the keys of the recordings in it. Keep it where only you look.',
  copySave: 'Save a copy of everything',
  copyMaking: (done: number, of: number) => `Recording ${number(done)} of ${number(of)}`,
  copyDone: 'The copy was saved.',
  copyFailed:
    'The copy could not be made; it may be larger than this file format allows, or the disk is full. Nothing was changed.',
  copyMissing: 'What is not in it:',
  missing: {
    released: (id: string) =>
      `What is in recording ${id}: you released it, and then its content and key were removed from this device. At the server it is sealed; nobody opens it but under a permission of two parties. Ask the data-protection officer for its content.`,
    underWay: 'The recording that is under way. Stop it, and save again.',
    unreadable: (id: string) => `What is in recording ${id}: this device could not read it any more.`,
    server:
      'What the server has of you and who read it: it was not asked yet. Press “Ask the server now”, and save again.',
    stale: (day: string) =>
      `Anything newer at the server than ${day}: it did not answer when it was asked again.`,
  },
  readMe: (missing: readonly string[]) =>
    [
      'A copy of everything of yours in Aboveboard.',
      '',
      'recordings/ID/manifest.json, events.jsonl, states.jsonl: a recording, readable with anything.',
      'recordings/ID/recording.bundle and recording.key: the same, sealed, with its key.',
      '  aboveboard inspect --key recording.key recording.bundle   checks and opens it.',
      'recordings/ID/review.sealed: your changes in review so far, sealed under the same key.',
      'receipts/: your receipts; "aboveboard verify" or the recorder checks them without a network.',
      'consents.json, agreement.json, enrolment.json, task-cards.json: what you agreed to, and what the recorder relies on.',
      'at-the-server/: what the server said it has of you, and every reading of it.',
      'erasures.json: what you had erased, and the day on which the last backup of its keys expires.',
      '',
      missing.length === 0 ? 'Nothing is missing.' : 'Not in it:',
      ...missing.map((one) => `- ${one}`),
      '',
    ].join('\n'),

  recordings: 'On this device',
  atServer: 'At the server',
  atServerNone: 'The server says that it has no recording of yours.',
  states: {
    uploading: 'on its way there',
    released: 'there, sealed',
    erased: 'erased',
  },
  listed: (id: string, state: string) => `Recording ${id}: ${state}`,

  erase: 'Erase everything',
  eraseLead:
    'Every recording of yours at the server, with its keys, and every recording on this device. It can not be undone. Files that were exported before, and models that were trained, are not undone by it. Which datasets were built here stands in the log of uses.',
  eraseAct: 'Erase everything of mine',
  eraseSure: 'Yes, erase everything now',
  eraseKeep: 'Keep it',
  erasing: 'It was asked for. It is asked again until the server says that it is done.',
  erasures: 'What you had erased',
  erasure: (when: string, recordings: number, day: string) =>
    `${when}: ${count(recordings, 'recording', 'recordings')}. Its keys are destroyed. The last backup that may hold half of one expires on ${day}; until then whoever had old backups of both sides could put one together.`,
};
