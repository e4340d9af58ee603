import type { AskedSignal } from '@aboveboard/capture/permits';
import type { FaultKey, RecorderView, RecordingView } from '../wire/panel-message.ts';

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
    address: 'Address of the server',
    addressHint: 'For example https://aboveboard.example',
    managed: 'Your organisation has set this address.',
    code: 'Your one-time code',
    codeHint: 'Everybody gets one. That you have it says nothing about you.',
    act: 'Fetch the agreement',
    busy: 'Fetching',
    file: 'Or open an agreement from a file',
  },

  agreement: {
    heading: 'The agreement',
    lead: 'Read what may be recorded, for what, and what it must never be used for. You can refuse, and you can stop at any time; neither has a consequence, and nobody is told.',
    notChecked: (checks: readonly string[]) =>
      `Not checked on this device: ${checks.join(', ')}. This version of the recorder can not check them yet.`,
    choose: 'What may be recorded, if you accept',
    chooseHint: 'Nothing is chosen for you.',
    app: (name: string, origins: readonly string[]) => `${name}: ${origins.join(', ')}`,
    chooseFirst: 'Choose at least one application above to accept.',
    accept: 'Accept',
    refuse: 'Refuse',
    refused: 'You refused. Nothing is recorded, and nothing was sent.',
    after: 'Accepting is kept on this device and holds for at most twelve months. It sends nothing.',
  },

  task: {
    heading: 'Start a task',
    cards: 'Task cards',
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
    card: 'The card was not kept, or is not on this device any more. Nothing was changed.',
    'card-file': 'These cards were not taken. Nothing was changed.',
    storage: 'This device could not store any more. What was recorded before is kept.',
    budget: 'The agreed space on this device is used up. Review or throw away a recording first.',
    'not-allowed': 'The rules do not allow recording now.',
    recording: 'This recording is not in the state that this needs. Nothing was changed.',
    failed: 'That did not work. Nothing was changed.',
  } satisfies Record<FaultKey, string>,
};

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
