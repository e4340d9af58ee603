import type { AskedSignal } from '@aboveboard/capture/permits';
import type { RecorderState } from '@aboveboard/capture/recorder';
import type { ConsentChoice } from '@aboveboard/consent/consent';
import type { TaskCard, TaskDescription } from '@aboveboard/protocol/manifest';
import type { CardDraft } from '../cards/own-card.ts';
import type { JoinFault, JoinWait } from '../store/setup.ts';
import type { ShelfRow } from '../store/shelf.ts';
import type { VoiceActFault } from '../voice/voice-desk.ts';
import type { VoiceView } from './voice-message.ts';

/** Between the extension's own pages and its worker. Pages of the web can't send these: the sender is checked. */
export type Command =
  | { command: 'view' }
  | { command: 'set-up'; server: string; code: string }
  | { command: 'set-up-from-file'; file: string }
  /** The code, where the enrolment is known already. */
  | { command: 'join'; code: string }
  /** She has her erase code. */
  | { command: 'hand-over' }
  | { command: 'end-handover' }
  | { command: 'paper-kept' }
  | { command: 'set-up-anew' }
  | { command: 'agree'; choice: ConsentChoice }
  /** Takes back her consent to these applications. */
  | { command: 'withdraw'; apps: string[] }
  | { command: 'opt-out' }
  | { command: 'start'; task: TaskDescription }
  | { command: 'pause' }
  | { command: 'resume' }
  | { command: 'subgoal'; text: string }
  | { command: 'stop' }
  | { command: 'discard'; id: string }
  /** The review has written what is to leave as the recording `id`; the reviewed one goes. */
  | {
      command: 'release';
      from: string;
      id: string;
      durationMilliseconds: number;
      events: number;
      bytes: number;
    }
  | { command: 'recall'; id: string }
  | { command: 'upload-now'; id: string }
  /** Of one that was uploaded: at the server, and then here. */
  | { command: 'erase'; id: string }
  /** Of everything of hers: what the server has, who read it; or that it goes. */
  | { command: 'own-data'; act: 'ask' | 'erase-everything' }
  /** She has read the notice of this board. */
  | { command: 'notice-read'; board: string }
  /** A card of her own: a new one, or a new version of the one with this id. */
  | { command: 'keep-card'; draft: CardDraft; id?: string }
  | { command: 'remove-card'; id: string }
  | { command: 'add-cards'; file: string }
  /** So that tokens are asked for with it. */
  | { command: 'give-code'; code: string }
  /** An objection or a ballot, decided for good; it goes when the rhythm lets it. */
  | { command: 'say'; issue: string; says: string; words: string }
  | { command: 'leave-installation' };

export type CommandAnswer =
  | { ok: true; view: RecorderView; id?: string }
  | { ok: false; fault: FaultKey; detail?: string };

/** Keys of the messages; `detail` is a sentence from the server or the gate, shown as it is. */
export type FaultKey =
  | 'not-now'
  | 'address'
  | 'unreachable'
  | 'code'
  | 'code-misread'
  | 'agreement'
  | 'enrolment'
  | 'enrolment-missing'
  | 'own-computer'
  | 'file'
  | 'card'
  | 'card-file'
  | 'closed-words'
  | 'storage'
  | 'budget'
  | 'not-allowed'
  | 'recording'
  | VoiceActFault
  | 'failed';

/** Name of the port over which the worker says that the view has changed. */
export const PANEL_PORT = 'panel';

/** All that the panel shows. */
export type RecorderView = {
  state: Extract<RecorderState, 'off' | 'ready' | 'recording' | 'paused'>;
  installation: 'demonstration' | 'production';
  server: string | null;
  /** The address that the organisation's policy sets. */
  managedServer: string | null;
  /** `whole`: in force with every attachment on this device, so that she can agree to it. */
  agreement: { document: string; digest: string; checks: string[]; whole: boolean } | null;
  /** Null without an enrolment. */
  rules: RulesView | null;
  /** Null: no guardian was heard yet. */
  voice: VoiceView | null;
  /** Her code is being redeemed, or was refused. */
  joining: { fault: JoinFault | null; waits: JoinWait | null; periodSeconds: number } | null;
  /** What another device of hers joins by; `until` null: it is not there yet. */
  handover: { code: string; until: number | null } | null;
  /** The code was redeemed; or nothing has to be. */
  joined: boolean;
  /** Until she says that she has it (ENR43). */
  eraseCode: string | null;
  accepted: boolean;
  consent: ConsentView;
  origins: string[];
  cards: TaskCard[];
  /** Ids of the cards that contributors are asked for now. */
  askedFor: string[];
  /** Made on this device, or opened from a file. */
  ownCards: TaskCard[];
  live: LiveView | null;
  recordings: RecordingView[];
  /** What she is told about what is hers at the server. */
  told: ToldView;
  budgets: BudgetView | null;
};

export type ToldView = {
  /** Recordings of hers that a legal hold keeps, as the server said when it was last asked, or as its end was put off. */
  held: number;
  /** From this day on what she released may be erased, since no device of hers has spoken; null: that is far. */
  silence: string | null;
  /** Notices that she has not said she read. */
  notices: number;
};

/** The rules of this installation as this device proved them by itself. */
export type RulesView = {
  /** What it relies on was taken from the installation's own word (ENR26). */
  demonstration: boolean;
  guardian: string;
  periodSeconds: number;
  /** What was pinned: a name of the messages or of a party, and its SHA-256. */
  pinned: { what: string; fingerprint: string }[];
  /** Null: nothing was proved yet. Milliseconds since the epoch. */
  proved: { entries: number; witnessedAt: number; verifiedAt: number; staleAt: number | null } | null;
  /** Why no agreement is in force, in a sentence; null: one is, or none was ever signed. */
  standing: string | null;
  /** Why nothing at all is recorded now; null: the rules allow it. */
  refusal: string | null;
  /** Faults of the newest that was not relied on, in one line each. */
  faults: string[];
};

export type ConsentView = {
  /** Applications that a consent of hers names and that was not withdrawn. */
  apps: string[];
  /** What is new since she agreed: nothing of it is recorded until she agrees to it. */
  fresh: { everything: boolean; apps: string[]; purposes: string[]; words: string[] } | null;
};

/** What is used of each agreed budget (T17). Null: not while nothing is recorded. */
export type BudgetView = {
  cpu: { share: number | null; of: number };
  memory: { bytes: number | null; of: number };
  disk: { bytes: number; of: number };
  network: { bytes: number; of: number };
  /** Agents were slowed to keep to them. */
  slow: boolean;
};

export type LiveView = {
  id: string;
  task: TaskDescription;
  recordedMilliseconds: number;
  /** When it was said; a running clock counts on from there. */
  at: number;
  taking: { origin: string; signals: AskedSignal[]; refusals: string[] }[];
  /** Why the tab in front is not recorded; null: it is. */
  frontRefusal: string | null;
};

export type RecordingView = Pick<
  ShelfRow,
  'id' | 'state' | 'task' | 'durationMilliseconds' | 'bytes' | 'events' | 'ended'
> & {
  /** Removed from here if it is not reviewed by then; ms since the epoch. */
  removedAt: number | null;
  release: {
    recallUntil: number;
    sent: number;
    parts: number;
    /** Why it does not leave yet: the browser says that bytes cost here, or says nothing, or the day's are used up. */
    waits: 'metered' | 'unknown' | 'network' | null;
    erasing: boolean;
    fault: string | null;
  } | null;
};
