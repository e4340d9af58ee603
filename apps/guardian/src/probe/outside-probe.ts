import { randomBytes } from 'node:crypto';
import { type ProbeAsk, type ProbeFinding, probeAsOutsider } from '@aboveboard/protocol/outsider-probe';

/**
 * The guardian as an outsider (T13; spec/access.md, ACC45-ACC46): every few minutes it tries every door of the server as
 * somebody who may not pass. A door that opens locks the guardian's halves, and only the representative unlocks them.
 */
export type OutsideProbe = {
  /** The last round; null: none has ended yet. */
  last(): ProbeRound | null;
  /** One round now; for tests, and for the representative who wants to see. */
  run(): Promise<ProbeRound>;
  stop(): void;
};

export type ProbeRound = {
  /** Seconds since 1970. */
  at: number;
  tried: number;
  /** Doors that did not answer: what is behind them is not known. */
  unanswered: number;
  /** The first of them, and how many there are. */
  findings: ProbeFinding[];
  found: number;
};

const SHOWN = 20;

export function startOutsideProbe(parts: {
  ask: ProbeAsk;
  lock: () => void;
  /** Seconds since 1970. */
  now: () => number;
  everySeconds: number;
}): OutsideProbe {
  const { ask, lock, now, everySeconds } = parts;
  let last: ProbeRound | null = null;
  let running: Promise<ProbeRound> | null = null;

  async function round(): Promise<ProbeRound> {
    const { tried, unanswered, findings } = await probeAsOutsider({
      ask,
      random: (length) => new Uint8Array(randomBytes(length)),
    });
    if (findings.length > 0) lock();
    last = { at: now(), tried, unanswered, findings: findings.slice(0, SHOWN), found: findings.length };
    return last;
  }

  function run(): Promise<ProbeRound> {
    running ??= round().finally(() => {
      running = null;
    });
    return running;
  }

  const timer = setInterval(() => void run().catch(() => undefined), everySeconds * 1000).unref();
  return { last: () => last, run, stop: () => clearInterval(timer) };
}
