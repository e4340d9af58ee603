import type { Purpose } from '../agreement.ts';
import type { DenyCode, GateContext } from '../gate.ts';
import type { WithdrawalEffect } from '../withdrawal.ts';

/**
 * Every sentence that this package shows, in English. Another language is another table of this type. The
 * version counts up with each change of a sentence: consent records name the version that was read.
 */
export type Messages = {
  language: string;
  version: number;
  deny: Readonly<Record<DenyCode, string>>;
  signals: Readonly<Record<GateContext['signal'], string>>;
  modes: Readonly<Record<GateContext['mode'], string>>;
  purposes: Readonly<Record<Purpose, string>>;
  agreement: AgreementSentences;
  difference: DifferenceSentences;
  enrolment: { title: string; paragraphs: readonly string[]; code: string; erase: string };
  withdrawal: Readonly<
    Record<WithdrawalEffect['state'], { undone: readonly string[]; remains: readonly string[] }>
  >;
};

/** Sentences with holes; the rendering fills them from the document and adds nothing of its own. */
export type AgreementSentences = typeof agreement;
export type DifferenceSentences = typeof difference;

const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
const list = (items: readonly string[]) =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
const span = (minutes: number) => {
  if (minutes > 0 && minutes % 1440 === 0) return count(minutes / 1440, 'day', 'days');
  if (minutes > 0 && minutes % 60 === 0) return count(minutes / 60, 'hour', 'hours');
  return count(minutes, 'minute', 'minutes');
};

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
/**
 * `22 November 2026, 09:00`: written out here and not by the browser, whose spelling changes with its version
 * while the digest of the words that somebody read must not (CON4).
 */
export function instantWords(instant: string): string {
  const [, year, month, day, minutes, seconds] =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d):(\d\d)Z$/.exec(instant) ?? [];
  if (year === undefined) return instant;
  const time = seconds === '00' ? minutes : `${minutes}:${seconds}`;
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}, ${time}`;
}

const roles = {
  employer: 'employer',
  representative: 'representative',
  'data-protection-officer': 'data-protection officer',
} as const;

const agreement = {
  list,
  headings: {
    what: 'What this is',
    who: 'Who agreed',
    why: 'What it is for',
    apps: 'What may be recorded',
    limits: 'How much, and how exactly',
    device: 'What it may cost your computer',
    keeping: 'How long it is kept',
    release: 'Before anything leaves your computer',
    use: 'What becomes of it',
    bars: 'What it must never be used for',
    objection: 'Objecting together',
    withdrawal: 'Taking it back',
    law: 'Legal ground and papers',
    recorder: 'The recorder',
  },
  title: (title: string, id: string, version: number) =>
    `This is version ${version} of the agreement "${title}" (${id}).`,
  class: {
    demonstration: 'It is a demonstration: made-up parties, nothing binding, refused by a real installation.',
    production: 'It is meant for real work.',
  },
  validity: (from: string, until: string) =>
    `It holds from ${instantWords(from)} until ${instantWords(until)} (UTC).`,
  languages: (languages: readonly string[]) => `It is written in: ${list(languages)}.`,
  controller: (name: string, address: string, contact: string) =>
    `${name}, ${address}, is responsible for the data. You reach them at ${contact}.`,
  party: (role: keyof typeof roles, name: string, contact: string) =>
    `The ${roles[role]} is ${name} (${contact}).`,
  partyKeys: (role: keyof typeof roles, keys: readonly string[]) =>
    `The ${roles[role]} signs with ${keys.length === 1 ? 'the key' : 'each of the keys'} ${list(keys)}.`,
  signers: (signers: readonly (keyof typeof roles)[]) =>
    `It takes the signatures of the ${list(signers.map((role) => roles[role]))}; each of them alone can revoke it.`,
  mandate: {
    'works-council': (evidence: string) =>
      `The representative is your works council; the evidence is attached as "${evidence}".`,
    union: (evidence: string) =>
      `The representative is your union; the evidence is attached as "${evidence}".`,
    ballot: (evidence: string) =>
      `The representative was elected by secret ballot of all employees; the evidence is attached as "${evidence}".`,
  },
  purposes: (purposes: readonly string[]) =>
    `What you release may be used for ${list(purposes)}, and for nothing else.`,
  noApps: 'Nothing: no application is on the list.',
  onlyListed:
    'Only what is listed here. Private windows, password managers, file dialogs and browser pages never.',
  app: (id: string, name: string, origins: readonly string[]) => `${name} (${id}), at ${list(origins)}.`,
  desktopApp: (id: string, name: string, executable: string, windowClass: string | null) =>
    windowClass === null
      ? `${name} (${id}), the program ${executable}.`
      : `${name} (${id}), windows "${windowClass}" of the program ${executable}.`,
  appSignals: (name: string, signals: readonly string[]) => `In ${name}: ${list(signals)}.`,
  notTaken: (name: string, signal: string) =>
    `No recorder takes ${signal} in ${name}, although they are listed: in the browser no picture of the screen is taken.`,
  appModes: (name: string, modes: readonly string[]) => `In ${name} recording happens ${list(modes)}.`,
  literals: {
    shipped: (name: string) =>
      `In ${name}, text stays readable only if the application itself ships it; all other text becomes filler.`,
    listed: (name: string, list: string) =>
      `In ${name}, text stays readable only if it stands in the attached list (SHA-256 ${list}); all other text becomes filler. The recorder asks the application for nothing.`,
    none: (name: string) => `In ${name}, all text becomes filler.`,
  },
  masksOpen: (name: string, selectors: readonly string[]) =>
    `In ${name}, these parts of the page stay readable: ${selectors.join('; ')}`,
  masksClosed: (name: string, selectors: readonly string[]) =>
    `In ${name}, these parts of the page are always closed: ${selectors.join('; ')}`,
  timestamp: (microseconds: number) =>
    `Times within a recording are kept to ${count(microseconds, 'microsecond', 'microseconds')} and no finer.`,
  limits: (session: number, day: number) =>
    `At most ${span(session)} in one session and ${span(day)} in one day.`,
  budgets: (cpu: number, memory: number, disk: number, network: number) =>
    `The recorder keeps to ${cpu} % of one processor core, ${count(memory, 'megabyte', 'megabytes')} of memory, ` +
    `${count(disk, 'megabyte', 'megabytes')} of disk and ${count(network, 'megabyte', 'megabytes')} of network a day. ` +
    'It never uploads on a metered connection.',
  deviceDays: (days: number) =>
    `What you have not reviewed is removed from your computer after ${count(days, 'day', 'days')}.`,
  vaultDays: (days: number) => `What you released is kept for at most ${count(days, 'day', 'days')}.`,
  keyBackupDays: (days: number) =>
    days === 0
      ? 'There are no backups of keys: what is erased opens for nobody from that moment.'
      : `The last backup of an erased key expires after ${count(days, 'day', 'days')}.`,
  silenceDays: (days: number) =>
    `If none of your devices has said anything for ${count(days, 'day', 'days')}, everything that you released is erased. Your recorder tells you a month before.`,
  review: 'You see, cut, mask or discard every recording before it leaves. Nothing is released by itself.',
  cooling: (minutes: number) =>
    minutes === 0
      ? 'What you release leaves at once and can not be recalled without a trace.'
      : `What you release waits on your computer for ${span(minutes)}; until then you can recall it without a trace.`,
  paidReview: (minutes: number) =>
    minutes === 0
      ? 'No paid time is set aside for reviewing.'
      : `You have ${span(minutes)} of paid time a week for reviewing.`,
  paidExpert: (hours: number) =>
    hours === 0
      ? 'The representative has no paid expert of its own.'
      : `The representative has its own expert, paid for ${count(hours, 'hour', 'hours')} a year.`,
  leastCount: (least: number) =>
    `Figures about the programme are withheld where they would count fewer than ${least} people.`,
  downstream: {
    'own-use': 'Models that learned from it may be used inside the organisation.',
    customers: 'Models that learned from it may be used by customers of the organisation.',
    publication: 'Models that learned from it may be published.',
  },
  noDownstream: {
    'own-use': 'Models that learned from it may not be used inside the organisation.',
    customers: 'Models that learned from it may not be given to customers.',
    publication: 'Models that learned from it may not be published.',
  },
  identified: (percent: number) =>
    percent === 100
      ? 'No limit is set on how many sessions in a dataset can be traced to the person.'
      : `A dataset in which more than ${percent} % of the sessions can be traced to the person is not released.`,
  surrogates: (allowed: boolean) =>
    allowed
      ? 'Masked text may be replaced by made-up text of the same kind.'
      : 'Masked text is not replaced by made-up text.',
  textRecognition: (allowed: boolean) =>
    allowed
      ? 'Text in pictures of programs may be recognised, on your computer. Words that the controls of every program bear then stay readable; all else is closed.'
      : 'Text in pictures is not recognised.',
  personnelDecisions:
    'No decision about you or your team may rest on it: not performance, discipline, attendance, attention or emotion.',
  restructuring: 'A notice of restructuring stops all recording until the parties sign anew.',
  sameForAll: 'The same rules hold for everyone; there are no exemptions. Refusing costs you nothing.',
  objection: (percent: number) =>
    `When ${percent} % of all employees object, recording stops everywhere. Nobody learns who objected.`,
  stale: (hours: number) =>
    `Recorders refuse when they have not been able to check these rules for ${count(hours, 'hour', 'hours')}.`,
  undone: (text: string) => text,
  remains: (text: string) => text,
  legal: {
    consent: 'The legal ground is your consent (GDPR Art. 6(1)(a)).',
    contract: 'The legal ground is a contract (GDPR Art. 6(1)(b)).',
    'legal-obligation': 'The legal ground is a legal obligation (GDPR Art. 6(1)(c)).',
    'public-task': 'The legal ground is a task in the public interest (GDPR Art. 6(1)(e)).',
    'legitimate-interests': 'The legal ground is a legitimate interest (GDPR Art. 6(1)(f)).',
    'collective-agreement': 'The legal ground is a collective agreement (GDPR Art. 88).',
  },
  legalReference: (reference: string) => `In detail: ${reference}`,
  collectiveAgreement: (reference: string) => `The collective agreement is: ${reference}`,
  noCollectiveAgreement: 'There is no collective agreement about it.',
  attachment: {
    'impact-assessment': (name: string, type: string, bytes: number, digest: string) =>
      `Impact assessment: "${name}" (${type}, ${count(bytes, 'byte', 'bytes')}, SHA-256 ${digest}).`,
    mitigations: (name: string, type: string, bytes: number, digest: string) =>
      `What was done about the risks: "${name}" (${type}, ${count(bytes, 'byte', 'bytes')}, SHA-256 ${digest}).`,
    'mandate-evidence': (name: string, type: string, bytes: number, digest: string) =>
      `Evidence of the mandate: "${name}" (${type}, ${count(bytes, 'byte', 'bytes')}, SHA-256 ${digest}).`,
    'collective-agreement': (name: string, type: string, bytes: number, digest: string) =>
      `Collective agreement: "${name}" (${type}, ${count(bytes, 'byte', 'bytes')}, SHA-256 ${digest}).`,
    literals: (name: string, type: string, bytes: number, digest: string) =>
      `List of an application's own words: "${name}" (${type}, ${count(bytes, 'byte', 'bytes')}, SHA-256 ${digest}).`,
    other: (name: string, type: string, bytes: number, digest: string) =>
      `Attached: "${name}" (${type}, ${count(bytes, 'byte', 'bytes')}, SHA-256 ${digest}).`,
  },
  recorder: (name: string, version: string, digest: string) =>
    `The recorder ${name} ${version} was agreed, with SHA-256 ${digest}.`,
  noRecorder: 'No build of the recorder is fixed.',
};

const difference = {
  appAdded: (name: string, signals: readonly string[], places: readonly string[]) =>
    `New: ${name}, at ${list(places)}, with ${list(signals)}.`,
  appRemoved: (name: string) => `Gone: ${name}. Nothing is recorded there any more.`,
  widened: {
    signal: (signal: string, name: string) => `New: ${signal}, in ${name}.`,
    mode: (mode: string, name: string) => `New: recording ${mode}, in ${name}.`,
    place: (place: string, name: string) => `New: ${place}, as a part of ${name}.`,
    masks: (name: string) => `New: more text and values stay readable in ${name}.`,
  },
  narrowed: {
    signal: (signal: string, name: string) => `Gone: ${signal}, in ${name}.`,
    mode: (mode: string, name: string) => `Gone: recording ${mode}, in ${name}.`,
    place: (place: string, name: string) => `Gone: ${place}, as a part of ${name}.`,
    masks: (name: string) => `Gone: less text and fewer values stay readable in ${name}.`,
  },
  freshEverything:
    'These changes bear on everything that you agreed to. Nothing is recorded until you have agreed anew.',
  freshApp: (name: string) =>
    `What is new in ${name} is not recorded until you agree to it. Everything else goes on as it was.`,
  freshPurpose: (purpose: string) => `Nothing of yours is used for ${purpose} until you agree to it.`,
  freshNothing: 'Nothing that is recorded changes for you; you need not do anything.',
};

export const en: Messages = {
  language: 'en',
  version: 4,
  deny: {
    off: 'Recording is off. It stays off until you turn it on.',
    'no-agreement': 'No agreement is installed, so nothing is recorded.',
    'agreement-invalid': 'The installed agreement does not hold here, so nothing is recorded.',
    'agreement-not-yet-valid': 'The agreement has not begun yet.',
    'agreement-expired': 'The agreement has ended. Nothing is recorded until the parties sign a new one.',
    'agreement-stale':
      'The rules could not be checked for longer than agreed, so nothing is recorded until they can be.',
    'agreement-unsigned': 'The parties have not all signed an agreement, so nothing is recorded.',
    'agreement-revoked':
      'One of the parties has revoked the agreement. Nothing is recorded until they sign a new one.',
    'agreement-suspended':
      'The agreement is suspended by a notice of one of the parties. Nothing is recorded until they sign anew.',
    'agreement-objected':
      'The agreed share of all employees has objected. Nothing is recorded until what they objected to has changed.',
    'rules-unproved':
      'It could not be proved that these are the rules that everyone sees, so nothing is recorded.',
    'build-not-listed': 'This build of the recorder is not one that was agreed, so it records nothing.',
    'clock-wrong':
      'The clock of this computer does not fit the signed times of the rules, so nothing is recorded until it is right.',
    'no-consent': 'You have not agreed to this being recorded.',
    'consent-lapsed': 'Your consent has ended, as it does after twelve months. You can give it anew, or not.',
    'consent-older-than-agreement':
      'The agreement has changed since you agreed. Nothing is recorded until you have read it and agreed anew.',
    'new-since-consent':
      'This is new in the agreement since you agreed. It is not recorded until you have agreed to it.',
    'not-on-list': 'This application or site is not on the agreed list.',
    'signal-not-agreed': 'The agreement does not allow this to be recorded here.',
    'mode-not-agreed': 'The agreement does not allow this way of recording here.',
    'private-window': 'Private windows are never recorded.',
    'never-recorded': 'Pages and windows of this kind are never recorded.',
    'limit-reached': 'The agreed recording time is used up.',
    'check-failed': 'Something that must be checked could not be, so nothing is recorded.',
  },
  signals: {
    pointer: 'movements and clicks of the pointer',
    keys: 'which kind of key was pressed, not which letter',
    text: 'typed text where it may stay readable',
    states: 'the page with its content masked',
    frames: 'pictures of the window with its content masked',
    photographs: 'photographs of the browser tab',
  },
  modes: {
    task: 'only while you do a task that you started',
    ambient: 'in the background until you pause or stop it',
  },
  purposes: {
    'model-training': 'training computer-use models',
    'model-testing': 'testing computer-use models',
  },
  agreement,
  difference,
  enrolment: {
    title: 'Your code for Aboveboard',
    paragraphs: [
      'Everyone here has been given a sheet like this one. The envelopes were sealed and mixed; nobody knows which code is yours, and the code stands in no list beside a name.',
      'With it you can take part in recording how you use some applications, under the rules that the parties signed, if you want to. You can also leave it. Leaving it costs you nothing, and nobody can see it.',
      'Whether or not you take part, the same code gives you a voice: you can object to the rules, and nobody learns who did.',
      'It works once for each. Keep it to yourself.',
    ],
    code: 'Your code:',
    erase:
      'If you take part, you are shown a second code. Write it down here. It erases everything of yours, from any computer, and can not be used to read anything.',
  },
  withdrawal: {
    'on-device': {
      undone: ['It is removed from your computer, and its key is destroyed.'],
      remains: [],
    },
    cooling: {
      undone: ['It has not left your computer. It is removed, its key is destroyed, and no trace is left.'],
      remains: [],
    },
    uploading: {
      undone: [
        'The upload stops. What had arrived is removed, and its key is destroyed on your computer and in the vault.',
      ],
      remains: ['Backups of keys expire on the day that the agreement names.'],
    },
    released: {
      undone: ['It is removed from the vault and its key is destroyed, so that no copy of it opens.'],
      remains: ['Backups of keys expire on the day that the agreement names.'],
    },
    'in-datasets': {
      undone: [
        'It is removed from the vault and its key is destroyed, so that no sealed copy of it opens.',
        'The next release of each dataset is built without it.',
      ],
      remains: [
        'Copies of datasets that were given out before hold it in masked form; their holders are told to remove it.',
        'A model that was trained with it does not forget it.',
        'Backups of keys expire on the day that the agreement names.',
      ],
    },
    unknown: {
      undone: [],
      remains: ['Nothing is known of this recording here, so nothing can be said of it or done about it.'],
    },
  },
};
