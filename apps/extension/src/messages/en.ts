import type { AskedSignal } from '@aboveboard/capture/permits';
import type { EnrolmentFile } from '@aboveboard/consent/enrolment-file';
import type { ReceiptCheck, VerifiedReceipt } from '@aboveboard/consent/receipt';
import type { JoinFault, JoinWait } from '../store/setup.ts';
import type { FaultKey, RecorderView, RecordingView } from '../wire/panel-message.ts';
import { voiceWords } from './voice-words.ts';

/** Every sentence that the extension itself shows, in English. Another language is another table of this type. */
export type Words = typeof words;

const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

export const words = {
  language: 'en',
  name: 'Aboveboard',
  badge: {
    off: 'Aboveboard: off. Nothing is recorded.',
    ready: 'Aboveboard: not recording.',
    recording: 'Aboveboard: recording.',
    paused: 'Aboveboard: paused. Nothing is recorded.',
  } satisfies Record<RecorderView['state'], string>,
  state: { off: 'Off', ready: 'Not recording', recording: 'Recording', paused: 'Paused' } satisfies Record<
    RecorderView['state'],
    string
  >,
  stateSentence: {
    off: 'Nothing is recorded on this device.',
    ready: 'Nothing is recorded until you start a task.',
    recording: 'What you do in the agreed applications is recorded now.',
    paused: 'Nothing is recorded. It stays so until you resume.',
  } satisfies Record<RecorderView['state'], string>,
  demonstration: 'Demonstration: made-up parties, made-up data.',
  loading: 'One moment.',

  connect: {
    heading: 'Connect to your installation',
    why: 'Taking part is your own choice. Connecting only fetches the agreement, so that you can read it. Nothing is recorded by it.',
    address: 'Address of the server or guardian',
    addressHint:
      'Only a demonstration is connected to by its address. A real installation gives you an enrolment file, or your organisation sets it.',
    managed: 'Your organisation has set this address.',
    code: 'Your one-time code',
    codeHint:
      'Everybody gets one. That you have it says nothing about you. A code that another device of yours shows works here too.',
    paper: 'The code on your sheet',
    act: 'Fetch the agreement',
    busy: 'Fetching',
    file: 'Or open an enrolment file, or the agreement of a demonstration',
  },

  agreement: {
    heading: 'The agreement',
    lead: 'Read what may be recorded, for what, and what it must never be used for. You can refuse, and you can stop at any time; neither has a consequence, and nobody is told.',
    notChecked: (checks: readonly string[]) =>
      `Not checked on this device: ${checks.join(', ')}. This version of the recorder can not check them yet.`,
    choose: 'What may be recorded, if you accept',
    purposes: 'What it may be used for, if you accept',
    purpose: (name: string) => `For ${name}`,
    chooseHint: 'Nothing is chosen for you.',
    app: (name: string, origins: readonly string[]) => `${name}: ${origins.join(', ')}`,
    chooseFirst: 'Choose at least one application and one use above to accept.',
    accept: 'Accept',
    refuse: 'Refuse',
    refused: 'You refused. Nothing is recorded, and nothing was sent.',
    after: 'Accepting is kept on this device and holds for at most twelve months. It sends nothing.',
  },

  otherDevice: {
    summary: 'Use another device as well',
    lead: 'Show a code here and type it in on the other device, where the recorder has the same enrolment file. Both then stand for the same person without a name. Recordings, keys, your agreement and your vote stay where they are: you agree on each device for yourself.',
    show: 'Show a code',
    anew: 'Show another code',
    waits: 'What the code stands for is on its way to the server, sealed. This takes a few periods.',
    there: (until: string) => `Type it in on the other device before ${until}. It works once.`,
    care: 'Whoever has this code in that time is taken for you.',
    end: 'Put it away',
  },

  join: {
    heading: 'Your code',
    lead: 'Everybody gets a code, and yours stands beside no name. With it you can read the agreement and take part, or not. Your device says it to nobody but the server, sealed, through the guardian.',
    act: 'Use the code',
    anew: 'Set up anew',
    anewHint:
      'Forgets all that this recorder relies on. Your own recordings stay. A code that you gave here works here again, and nowhere else.',
    under: 'Your code is on its way',
    patience: (seconds: number) =>
      `Your device speaks once every ${everyWords(seconds)}, like every other one here, whatever there is to say. This takes a few times as long. You can close this.`,
    faults: {
      code: 'The server does not know this code. It may have been used already, or misread. Nothing was recorded.',
      'not-dealt':
        'This code was not dealt here. Perhaps codes were dealt anew and your sheet is an earlier one. Ask the representative; nothing was used up.',
      used: 'This code was used before, on another device or in another browser. It works once; go on there. If it was not you, tell the representative.',
      issuer:
        'What the guardian or the server said does not fit the rules that this device checked, so your code was not given for it. Nothing is lost. Tell the representative.',
      erased: 'Everything that came of this code was erased with its paper code. It can not be used again.',
      device:
        'No device of yours left anything under this code. A code holds for a quarter of an hour, for one device. Show a new one there. Nothing was changed.',
      'enrolment-missing':
        'This is a real installation. Its recorder needs an enrolment file, which the representative or your organisation gives you.',
      agreement: 'What the installation says of itself does not fit together, so nothing rests on it.',
      failed: 'That did not work. Nothing was changed.',
    } satisfies Record<JoinFault, string>,
    waits: {
      issuer:
        'The representative has not yet made known in the log of rules who signs codes here, or this device has not checked it yet. Your code is kept on this device, and it goes on by itself.',
      guardian:
        'The guardian does not answer now. Your code is kept on this device and is not used up; it goes on by itself.',
    } satisfies Record<JoinWait, string>,
  },

  paper: {
    title: 'Your erase code',
    heading: 'Write down your erase code',
    lead: 'With this second code you can erase everything of yours at the server, from any computer, also when this one is lost. Nothing can be read with it. It is shown here until you have it, and then kept nowhere: nobody can give it to you again.',
    sheet: {
      what: 'Erases everything that its holder released with Aboveboard. Nothing can be read with it. It names nobody.',
      where: (address: string) => `Give it on this page: ${address}`,
      keep: 'Keep it where only you look.',
    },
    open: 'Open it to print',
    print: 'Print it',
    save: 'Save it as a file',
    have: 'I have it: forget it here',
    gone: 'There is no erase code here to show. It is shown once.',
  },

  rules: {
    heading: 'The rules',
    waiting: 'The rules are being fetched and checked on this device. Nothing is recorded until then.',
    none: 'No agreement has been signed by all parties yet, so nothing is recorded.',
    allowed: 'Checked on this device: the parties have signed, and nobody has revoked or suspended it.',
    attachments:
      'What is attached to the agreement is being fetched. Nothing is recorded until all of it is here.',
    refused: 'Nothing is recorded now.',
    proved: (entries: number, witnessed: string) =>
      `This device has replayed all ${entries.toLocaleString('en-GB')} entries of the log of rules by itself. The witnesses saw the same on ${witnessed}.`,
    stale: (when: string) => `If no newer word of the witnesses arrives by ${when}, nothing is recorded.`,
    guardian: (address: string, seconds: number) =>
      `It speaks to ${address} and to nobody else, once every ${everyWords(seconds)}, whether or not you take part.`,
    demonstration:
      'Demonstration: whom to trust was taken from the installation’s own word at the first contact. A real installation is never trusted so.',
    pinnedHeading: 'What this recorder relies on',
    pinnedHint: 'Compare these with what your representative shows you, by another way than this computer.',
    pinned: {
      all: 'All of it',
      rulesLog: 'Log of rules: its keys and the witnesses',
      usesLog: 'Log of uses: its keys and the witnesses',
      relay: 'Whom everything is sealed to',
      party: {
        employer: 'Keys of the employer',
        representative: 'Keys of the representative',
        'data-protection-officer': 'Keys of the data-protection officer',
      },
    },
    faults: 'The newest that was fetched did not hold and is not relied on:',
    forkRefusal:
      'This device was shown two different histories of the rules, each signed. Nothing is recorded any more. Tell your representative.',
    log: 'Read the logs',
    verify: 'Verify a file',
    object: 'Object and vote',
    objectHint: 'For everybody, taking part or not. Nobody learns who did.',
  },

  log: {
    title: 'The logs',
    lead: 'What the parties agreed, and what was done with recordings. This page of your own recorder has checked it now; nothing of the server took part in that.',
    which: 'Which log',
    names: { rules: 'Rules: what the parties said', uses: 'Uses: what was done with recordings' },
    about: {
      rules: 'All that the parties said, from the first entry to the last.',
      uses: 'Every recorder fetches the newest part of this log, taking part or not, in the same way. What is yours in it only this device can tell.',
    },
    none: 'No log has been checked on this device yet.',
    bad: 'What lies on this device does not hold, so nothing of it is shown.',
    fork: 'This device was shown a second history of this log, signed by the same keys:',
    saveFork: 'Save the second checkpoint',
    saveEvidence: 'Save what shows it to anyone',
    saveCheckpoint: 'Save the checkpoint',
  },

  voice: voiceWords,

  verify: {
    title: 'Verify a file',
    lead: 'A receipt, or a proof with its entry. It is checked here, on this device, without a network.',
    file: 'Receipt or proof',
    entry: 'The entry that the proof is of',
    entryHint: 'Only for a proof: the file that was saved beside it.',
    neither: 'That is neither a receipt nor a proof.',
    entryFirst: 'Choose the entry that the proof is of as well.',
    holds: 'It holds.',
    fails: 'It does not hold:',
    checked: {
      form: 'It is a whole receipt and in its one spelling.',
      signature: 'A device signed it, and nothing was changed since.',
      words: 'The words that were shown are those that it names.',
      agreement: 'The agreement that it names is the one on this device, and allows what it says.',
      log: 'The log of uses holds the commitment to it, under the witnesses that this recorder relies on.',
    } satisfies Record<ReceiptCheck, string>,
    notChecked: {
      agreement: 'Not checked: the agreement that it names is not on this device.',
      log: 'Not checked: it has no proof of the log yet, or this recorder does not know the log’s keys.',
    },
    state: {
      given:
        'The consent is given and has not lapsed. A receipt alone can not show that it was not withdrawn later.',
      lapsed: 'The consent has lapsed.',
      withdrawn: 'The consent was withdrawn.',
    } satisfies Record<VerifiedReceipt['state'], string>,
    proof: (index: number, size: number) =>
      `Entry ${index.toLocaleString('en-GB')} is in the log, which had ${size.toLocaleString('en-GB')} entries then.`,
    witnessed: (names: readonly string[]) => `Cosigned by ${names.join(', ')}.`,
    unwitnessed: 'No witness that this recorder knows has cosigned it.',
    noTrust: 'This recorder was given no keys to check a proof with.',
    replacedSince:
      'Those who vouched for it have been replaced since, by a change that both parties signed. Whoever has one of the replaced keys could make such a proof too.',
  },

  consent: {
    heading: 'What you agreed to',
    freshHeading: 'New since you agreed',
    freshLead: 'It is not recorded until you agree to it. Leaving it off changes nothing for you.',
    everything:
      'Something changed that bears on everything. Nothing is recorded until you have read the agreement and agreed anew.',
    agreeTo: (name: string) => `Agree to ${name}`,
    agree: 'Agree to what is chosen',
    leaveOff: 'Leave it off',
    chooseFirst: 'Choose above what you agree to.',
    given: 'Agreed',
    notGiven: 'Not agreed, and not recorded',
    withdrawOne: (name: string) => `Withdraw: ${name}`,
    withdrawAll: 'Withdraw everything',
    sure: 'Withdraw now',
    keep: 'Keep it',
    follows: 'What follows',
    atOnce: 'Recording stops at once, whatever the network says.',
    running: 'What is being recorded now is thrown away if nothing of it is agreed any more.',
    onDevice: 'What waits for your review stays on this device until you throw it away.',
    released:
      'What you released before stays until you erase it. Each has a button for that among your recordings; what was exported from it, or trained with it, is not undone.',
    receipts: 'Your receipts',
    receiptsHint:
      'Keep them where you like. Anybody can verify one without a network, and it names you to nobody.',
    save: (when: string) => `Save the receipt of ${when}`,
    saveWithdrawal: (when: string) => `Save the receipt of the withdrawal of ${when}`,
    inLog: 'With its proof that the log of uses holds it.',
    notInLog: 'Not proved by the log of uses yet: that is written once a day. It verifies without that too.',
  },

  demonstrationPlace: {
    storageLocations: ['This computer (demonstration)'],
    jurisdiction: 'none (demonstration)',
    supervisoryAuthority: 'none (demonstration)',
    recipients: [],
    transfers: [],
    withdrawAt: 'In the recorder, under What you agreed to',
  } as EnrolmentFile['place'],

  task: {
    heading: 'Start a task',
    cards: 'Task cards',
    askedFor: 'Asked for now',
    askedForHint:
      'Researchers may use recordings of tasks with this mark; two of the parties approved it, your representative among them. Whether you record one is up to you, and nobody is told who does.',
    noCards: 'Your installation has no task cards. You can describe a task in your own words.',
    own: 'In your own words',
    ownLabel: 'What are you about to do?',
    ownHint:
      'Numbers and addresses in it are replaced before it is kept. Names can not be found by a program: leave them out.',
    goal: 'Goal',
    inputs: 'Inputs, made up for this task',
    check: 'It worked when',
    sites: 'Recorded on these sites only',
    noSites: 'No site is allowed, so nothing can be recorded.',
    taken:
      'Taken: the masked page, the pointer, kinds of keys. Never pictures of the screen, never the clipboard.',
    start: 'Start recording',
    back: 'Back',
    copy: 'Copy',
    copied: 'Copied',
  },

  live: {
    elapsed: 'Recorded so far',
    pause: 'Pause',
    resume: 'Resume',
    stop: 'Stop',
    stopHint: 'Stop ends the recording. It stays on this device until you have reviewed it.',
    discard: 'Stop and throw away',
    taking: 'What is being taken now',
    takingNothing: 'Nothing yet: no page of an agreed site is open.',
    takingPaused: 'Nothing, while it is paused.',
    frontRefused: 'The page in front is not recorded.',
    subgoal: 'Mark a step',
    subgoalLabel: 'What are you doing now?',
    subgoalHint: 'Helps those who learn from it; not needed.',
    mark: 'Mark',
    marked: 'Marked.',
  },

  signals: {
    pointer: 'pointer',
    keys: 'kinds of keys',
    text: 'typed text, masked',
    states: 'the page, masked',
    frames: 'frames',
    photographs: 'photographs of the tab',
  } satisfies Record<AskedSignal, string>,

  closedWords: {
    heading: 'Words to close',
    lead: 'Write down what must not be readable in any recording of yours: names of people, customers, projects, places.',
    where:
      'They stay on this device, sealed, and are in memory only while you record. Nobody else sees them, and nothing that leaves holds them.',
    label: 'One word or name a line',
    hint: 'Up to four words in a row count as one. Capitals and accents don’t matter. At most 1,000 lines of 100 characters.',
    keep: 'Keep these words',
    kept: (count: number) =>
      count === 0
        ? 'Kept: no words. None are on this device now.'
        : `Kept: ${count === 1 ? '1 word' : `${count} words`}.`,
    tooMany:
      'These are more than 1,000 lines, or one of them is longer than 100 characters. Nothing was changed.',
    notKept: 'They could not be stored on this device. What was kept before is unchanged.',
    lost: 'Your words are on this device but can’t be opened any more. Nothing is recorded until you write them down anew.',
    when: 'A change counts from the next recording on. What you recorded before stays as it is: mask it in the review.',
    not: 'Most text is closed anyway, whatever stands here. An input that you make up for a card stays readable even if it is one of these words.',
    open: 'Words to close in every recording',
  },
  cards: {
    heading: 'Cards of your own',
    none: 'You have made none. A card says what is to be done with made-up inputs, and can be used again.',
    make: 'Make a card',
    add: 'Open cards from a file',
    change: 'Change',
    remove: 'Remove',
    removed: 'Removed.',
    start: (title: string) => `Start: ${title}`,
    changeOf: (title: string) => `Change: ${title}`,
    removeOf: (title: string) => `Remove: ${title}`,
    newHeading: 'A new card',
    changeHeading: 'Change the card',
    warning:
      'What you write as an input stays readable in the recording, wherever it appears. Make it up: never the name, number or address of a real person, customer or account.',
    together:
      'The card goes with what you release. Recordings made with one card can be recognised as belonging together.',
    title: 'Title',
    goal: 'What is to be done',
    goalHint: 'For example: file an expense of 240.00 EUR for ACME.',
    inputs: 'Made-up inputs',
    input: (n: number) => `Input ${n}`,
    label: 'What it is',
    labelHint: 'For example: amount',
    value: 'What to enter',
    another: 'Another input',
    without: (n: number) => `Remove input ${n}`,
    check: 'It worked when',
    success: 'Words that the page shows then',
    successHint: 'Not needed. They stay readable too, so they must not name anybody.',
    mine: 'I made all of these inputs up. They belong to nobody.',
    mineFirst: 'Say first that you made the inputs up.',
    keep: 'Keep the card',
    back: 'Back',
    field: {
      title: 'Title',
      goal: 'What is to be done',
      check: 'It worked when',
      success: 'Words that the page shows',
    },
    faults: {
      empty: 'is missing.',
      half: 'needs both: what it is, and what to enter.',
      'free.email': 'has an e-mail address. Take one that nobody has, such as ada@mail.example.',
      'free.url': 'has a web address. Take one that nobody has, such as https://shop.example.',
      'free.iban': 'looks like a bank account number. Take something that can not be one.',
      'free.card': 'looks like a card number. Take something that can not be one.',
      'free.phone': 'looks like a telephone number. Take something that can not be one.',
      'free.key': 'looks like a password or a key. Take something that can not be one.',
      'free.long': 'is too long.',
    } as Readonly<Record<string, string>>,
    otherFault: 'looks like data that belongs to somebody. Take something made up.',
  },

  budgets: {
    heading: 'What it takes of this computer',
    agreed: 'Beside it what was agreed. Over it, recording slows down; still over it, it ends. Uploads wait.',
    slow: 'Recording was slowed down to keep to this.',
    cpu: 'Processor',
    memory: 'Memory (counted)',
    disk: 'Disk',
    network: 'Network today',
    share: (share: number, of: number) => `${percentWords(share)} of ${percentWords(of)} of one core`,
    bytes: (bytes: number, of: number) => `${megabyteWords(bytes)} of ${megabyteWords(of)} MB`,
    idle: 'only while recording',
  },

  recordings: {
    heading: 'Your recordings',
    page: 'Your recordings on this device',
    all: 'Open the list',
    none: 'There are none on this device.',
    free: 'A task in your own words',
    state: {
      reviewing: 'Waits for your review',
      cooling: 'Released, still on this device',
      uploading: 'Uploading',
      released: 'Uploaded',
      recording: 'Recording',
      paused: 'Paused',
    } satisfies Record<RecordingView['state'], string>,
    size: (events: number, bytes: number) => `${count(events, 'event', 'events')}, ${byteWords(bytes)}`,
    ended: {
      duration: 'It ended because the agreed length was reached.',
      size: 'It ended because the agreed space on this device was used up.',
      cpu: 'It ended because recording took more of this computer’s processor than agreed, also after it was slowed down.',
      memory:
        'It ended because recording took more of this computer’s memory than agreed, also after it was slowed down.',
      crash: 'The browser or the recorder was interrupted. What was recorded until then was kept.',
      lapse: 'It ended because the agreement or your consent no longer holds.',
      storage: 'It ended because this device could not store any more.',
    } satisfies Record<NonNullable<RecordingView['ended']>, string>,
    removed: (when: string) => `Removed by itself on ${when} if you do not review it.`,
    recallUntil: (when: string) => `Until ${when} you can recall it, and nothing of it has left this device.`,
    waitsToLeave: 'It leaves this device at a random time soon.',
    waits: {
      metered:
        'It waits for another connection: your browser says that data is to be saved on this one, or that it is a mobile one.',
      unknown:
        'It waits: your browser does not say whether this connection costs by volume. If it does not, you can upload now.',
      network: 'It waits until tomorrow: the agreed network for today is used up.',
    } satisfies Record<NonNullable<NonNullable<RecordingView['release']>['waits']>, string>,
    progress: (sent: number, parts: number) => `${sent} of ${parts} parts sent`,
    review: 'Review',
    recall: 'Recall',
    uploadNow: 'Upload now',
    discard: 'Throw away',
    discardSure: 'It is removed from this device for good. Nobody has seen it.',
    erase: 'Erase it everywhere',
    eraseSure:
      'It is erased at the server with its key, and here. Files that were exported from it before, and models that were trained, are not undone.',
    erasing: 'Its erasure was asked for. It is asked again until the server says that it is done.',
    keep: 'Keep it',
    openServer: 'What you released, who opened it, and erasing it: on the page of your installation.',
  },

  review: {
    title: 'Review',
    missing: 'This recording is not on this device any more.',
    unreadable: 'This recording can not be opened. What happened: its data is damaged.',
    unreadableNext: 'You can throw it away. Nothing of it has left this device.',
    back: 'To your recordings',
    writing: 'Writing what will leave',
    released: 'Released.',
    discarded: 'Thrown away. Nothing of it is left on this device.',
  },

  taking: {
    heading: 'Taking part',
    agreed: 'Read the agreement again',
    leave: 'Stop taking part',
    leaveHint: 'Stops at once. What waits for review stays on this device until you throw it away.',
    disconnect: 'Disconnect',
  },

  faults: {
    'not-now': 'That is not possible at this moment. Nothing was changed.',
    address:
      'That is not an address of a server. It begins with https:// (on this computer also http://127.0.0.1).',
    unreachable: 'The server was not reached. Nothing was changed. Check the address and the connection.',
    code: 'The server does not know this code. It may have been used already. Ask for a new one.',
    agreement: 'The agreement could not be checked, so nothing can be recorded under it.',
    file: 'That file holds no agreement.',
    enrolment: 'That enrolment file can not be relied on. Nothing was changed.',
    'enrolment-missing':
      'This is a real installation. Its recorder needs an enrolment file, which the representative or your organisation gives you.',
    'own-computer':
      'This is a real installation, and it records on computers of work only. Your organisation did not install this recorder here by its policy for the browser, so nothing was taken over and nothing is recorded. On a computer of work, ask whoever looks after it to install the recorder; on your own, remove it. A demonstration works on any computer.',
    card: 'The card was not kept, or is not on this device any more. Nothing was changed.',
    'card-file': 'These cards were not taken. Nothing was changed.',
    'closed-words':
      'Your words to close are on this device but can’t be opened, so nothing is recorded. Write them down anew on the page “Words to close”.',
    storage: 'This device could not store any more. What was recorded before is kept.',
    budget: 'The agreed space on this device is used up. Review or throw away a recording first.',
    'not-allowed': 'The rules do not allow recording now.',
    recording: 'This recording is not in the state that this needs. Nothing was changed.',
    'code-misread':
      'This is not a code: a letter or digit is wrong or missing. Compare it with your sheet. Nothing was changed.',
    'voice-late': 'This can not be said any more, or not yet. Nothing was changed.',
    failed: 'That did not work. Nothing was changed.',
  } satisfies Record<FaultKey, string>,
};

export function everyWords(seconds: number): string {
  if (seconds < 120) return count(seconds, 'second', 'seconds');
  return count(Math.round(seconds / 60), 'minute', 'minutes');
}

/** Small shares are not nothing: below one percent one figure after the point is said. */
export function percentWords(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 1 ? Math.max(0.1, percent).toFixed(1) : Math.round(percent)} %`;
}

/** In the agreement's megabytes, which have 1,048,576 bytes. */
function megabyteWords(bytes: number): string {
  const megabytes = bytes / 1_048_576;
  if (megabytes === 0 || megabytes >= 10) return Math.round(megabytes).toString();
  return Math.max(0.1, megabytes).toFixed(1);
}

/**
 * Her own way of writing dates, if it is one of the language of these words (`en-AU`, `en-US`), else the
 * language's: a German date in an English sentence helps nobody.
 */
export function dateLocale(preferred: readonly string[] = navigator.languages): string {
  return preferred.find((one) => one.split('-')[0] === words.language) ?? 'en-GB';
}

export function byteWords(bytes: number): string {
  if (bytes < 1000) return count(bytes, 'byte', 'bytes');
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `seven days` would be nicer to read than `7 days`; figures translate. */
export function spanWords(minutes: number): string {
  if (minutes === 0) return 'no time at all';
  if (minutes % 1440 === 0) return count(minutes / 1440, 'day', 'days');
  if (minutes % 60 === 0) return count(minutes / 60, 'hour', 'hours');
  return count(minutes, 'minute', 'minutes');
}

export function durationWords(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}
