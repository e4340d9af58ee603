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
      crash: 'The browser or the recorder was interrupted. What was recorded until then was kept.',
      lapse: 'It ended because the agreement or your consent no longer holds.',
      storage: 'It ended because this device could not store any more.',
    } satisfies Record<NonNullable<RecordingView['ended']>, string>,
    removed: (when: string) => `Removed by itself on ${when} if you do not review it.`,
    recallUntil: (when: string) => `Until ${when} you can recall it, and nothing of it has left this device.`,
    waitsToLeave: 'It leaves this device at a random time soon.',
    metered: 'It waits, because this connection may cost money by volume.',
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
    storage: 'This device could not store any more. What was recorded before is kept.',
    budget: 'The agreed space on this device is used up. Review or throw away a recording first.',
    'not-allowed': 'The rules do not allow recording now.',
    recording: 'This recording is not in the state that this needs. Nothing was changed.',
    failed: 'That did not work. Nothing was changed.',
  } satisfies Record<FaultKey, string>,
};

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
