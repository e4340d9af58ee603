/** Two logs of one kind: *rules* is small and replayed whole by every recorder, *uses* says what was done. */
export const LOG_NAMES = ['rules', 'uses'] as const;
export type LogName = (typeof LOG_NAMES)[number];
