/**
 * The recorder as a state machine without I/O (T1, T3, T10): what state it is in, which act leads where.
 */
export type RecorderState = 'off' | 'ready' | 'recording' | 'paused' | 'reviewing' | 'released' | 'discarded';
