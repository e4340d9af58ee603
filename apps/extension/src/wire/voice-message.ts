import type { VoiceFault } from '@aboveboard/capture/line/voice-state';

/** What her page shows of objections and elections. Times in seconds since 1970. */
export type VoiceView = {
  periodSeconds: number;
  /** The second secret of her code is on this device. */
  hasCode: boolean;
  /** Words can be sealed to the representative. */
  takesWords: boolean;
  issues: VoiceIssueView[];
};

export type VoiceIssueView = {
  digest: string;
  asksUntil: number;
  issued: number;
  own: OwnVoiceView | null;
  counted: CountedView | null;
} & (
  | {
      kind: 'objection';
      version: number;
      title: string;
      objectionPercent: number;
      apps: { id: string; name: string; signals: readonly string[] }[];
      nextCount: number;
    }
  | {
      kind: 'election';
      election: string;
      candidates: { id: string; name: string }[];
      opens: number;
      closes: number;
    }
);

export type OwnVoiceView = {
  asked: boolean;
  hasToken: boolean;
  says: string | null;
  /** The receipt; null: it was not answered yet. */
  nullifier: string | null;
  fault: VoiceFault | null;
};

/** A published list, checked on this device. */
export type CountedView = {
  at: number;
  said: number;
  /** The entry of the log of rules that counts it; null: none yet, or of an election. */
  entry: number | null;
  own: 'none' | 'found' | 'missing';
  /** Hers was taken after this list was heard, so that it can only stand in the next. */
  waits: boolean;
  /** It does not hold, and nothing of it is shown. */
  faulty: boolean;
  elected?: string | null;
};
