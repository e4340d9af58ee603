import type { Agreement } from './agreement.ts';

/**
 * Signals of a web application that no recorder takes, whatever is agreed (AGR53): in the browser there is no
 * picture of the screen (T9); frames are drawn later, from masked states. A version can name one; it is then
 * said wherever the version is read, and no consent names it, so that nobody agrees to what does not happen.
 */
const NEVER_TAKEN: ReadonlySet<Signal> = new Set(['frames', 'photographs']);

export type Signal = Agreement['apps'][number]['signals'][number];

export function takenSignals({ signals }: { signals: readonly Signal[] }): Signal[] {
  return signals.filter((signal) => !NEVER_TAKEN.has(signal));
}

/** Those of a web application that were agreed and are not taken. */
export function untakenSignals({ signals }: { signals: readonly Signal[] }): Signal[] {
  return signals.filter((signal) => NEVER_TAKEN.has(signal));
}
