import type { OwnVoice } from '@aboveboard/consent/own-voice';
import type { VoiceAbout, VoiceCount, VoiceIssue, VoiceRefusalCode } from '@aboveboard/protocol/voice';

/** What this device knows of everyone's voices, and what it keeps of its owner's. */
export type VoiceState = {
  /** Second secret of her code, base64url (ENR3); with it tokens are asked for, in every issue alike. */
  ticket: string | null;
  /** What the guardian said last; the same for everyone. */
  about: VoiceAbout | null;
  voices: DeviceVoice[];
  counts: HeardCount[];
  /** Other acts with her code that wait for their turn, and what was answered to them, until they are closed. */
  acts: VoiceAct[];
  answers: Record<string, unknown>;
};

/** `path`: of a route that takes an act with a code (spec/guardian.md). */
export type VoiceAct = { key: string; path: string; body: unknown };

export type DeviceVoice = OwnVoice & {
  /** The guardian has the ask, and answers it with all others. */
  asked: boolean;
  /** Why nothing more is asked or said in this issue. */
  fault: VoiceFault | null;
  /** When it was taken, lists up to this time did not have to hold it; null: it was not taken yet. */
  countedFrom: number | null;
};
export type VoiceFault = VoiceRefusalCode | 'no-token' | 'another-answer';

/** A published list. `mark`: the time that made this device look for it, the same on every device. */
export type HeardCount = { issue: string; mark: number; count: VoiceCount | null };

export const NO_VOICE: VoiceState = {
  ticket: null,
  about: null,
  voices: [],
  counts: [],
  acts: [],
  answers: {},
};

/** Kept durably before `change` resolves; one change at a time. */
export type VoiceStorage = {
  get(): Promise<VoiceState>;
  change(change: (state: VoiceState) => VoiceState): Promise<VoiceState>;
};

export function issueOf({ about }: VoiceState, digest: string): VoiceIssue | undefined {
  return about?.issues.find((issue) => issue.digest === digest);
}

export function withVoice(state: VoiceState, voice: DeviceVoice): VoiceState {
  return { ...state, voices: [...state.voices.filter(({ issue }) => issue !== voice.issue), voice] };
}
