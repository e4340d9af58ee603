/**
 * The recorder as a state machine without I/O (T1, T3, T10; spec/capture.md CAP1-CAP9): what state it is
 * in, which act leads where. Every act is one of a person, but `end`, which may only make less happen:
 * nothing but `resume` by her leaves `paused` for `recording` (T3), nothing but `release` by her reaches
 * `released` (T10).
 */
export type RecorderState = 'off' | 'ready' | 'recording' | 'paused' | 'reviewing' | 'released' | 'discarded';

export const RECORDER_STATES: readonly RecorderState[] = [
  'off',
  'ready',
  'recording',
  'paused',
  'reviewing',
  'released',
  'discarded',
];

export type RecorderAct =
  /** She accepts the agreement on this device. */
  | 'opt-in'
  /** She takes it back, at any time; what is running is thrown away. */
  | 'opt-out'
  | 'start'
  | 'pause'
  | 'resume'
  | 'stop'
  /** A limit, a lock, a lapse, or a crash: the recorder stops itself. */
  | 'end'
  | 'discard'
  | 'release'
  /** Within the cooling time. */
  | 'recall'
  /** Leaves the recording where it is; the recorder is free for the next task. */
  | 'set-aside';

export const RECORDER_ACTS: readonly RecorderAct[] = [
  'opt-in',
  'opt-out',
  'start',
  'pause',
  'resume',
  'stop',
  'end',
  'discard',
  'release',
  'recall',
  'set-aside',
];

/** Every act in every state; what is absent is refused and changes nothing. */
const TABLE: Readonly<Record<RecorderState, Partial<Record<RecorderAct, RecorderState>>>> = {
  off: { 'opt-in': 'ready', 'opt-out': 'off' },
  ready: { start: 'recording', 'opt-out': 'off' },
  recording: { pause: 'paused', stop: 'reviewing', end: 'reviewing', discard: 'discarded', 'opt-out': 'off' },
  paused: {
    pause: 'paused',
    resume: 'recording',
    stop: 'reviewing',
    end: 'reviewing',
    discard: 'discarded',
    'opt-out': 'off',
  },
  reviewing: { release: 'released', discard: 'discarded', 'set-aside': 'ready', 'opt-out': 'off' },
  released: { recall: 'reviewing', 'set-aside': 'ready', 'opt-out': 'off' },
  discarded: { 'set-aside': 'ready', 'opt-out': 'off' },
};

/** The state after `act`, or null where that act is not possible. */
export function after(state: RecorderState, act: RecorderAct): RecorderState | null {
  return TABLE[state][act] ?? null;
}

/** Whether anything may be taken now. The one question that every path to the spool asks first. */
export function mayTake(state: RecorderState): boolean {
  return state === 'recording';
}

/** Whether a recording is under way, so that pause and stop must be within reach. */
export function isUnderWay(state: RecorderState): boolean {
  return state === 'recording' || state === 'paused';
}
