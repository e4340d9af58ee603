import type { ProbeAsk, ProbeFinding } from '@aboveboard/protocol/outsider-probe';
import { type KeptAccounts, PROBE_ROLES } from './probe-accounts.ts';
import { tryDoors } from './probe-round.ts';
import type { AskedServer } from './staff-session.ts';
import { makeWrongSessions } from './wrong-sessions.ts';

/**
 * The guardian as an outsider (T13; spec/access.md, ACC45-ACC46): every few minutes it tries every door of the server as
 * somebody who may not pass: as nobody, as accounts of its own of each role, and with their sessions used as nobody may
 * (ACC70-ACC74). A door that opens locks the guardian's halves, and only the representative unlocks them.
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
  /** Roles that it has no account of that the server takes: what it found says nothing of them (ACC73). */
  lacking: string[];
};

const SHOWN = 20;

export function startOutsideProbe(parts: {
  ask: ProbeAsk;
  /** The server's address. */
  origin: URL;
  accounts: KeptAccounts;
  /** Ids of grants that there were. */
  grants: () => readonly string[];
  lock: () => void;
  /** Seconds since 1970. */
  now: () => number;
  everySeconds: number;
}): OutsideProbe {
  const { ask, origin, accounts, grants, lock, now, everySeconds } = parts;
  const server: AskedServer = { ask, origin, now };
  const wrong = makeWrongSessions(server, accounts);
  let last: ProbeRound | null = null;
  let running: Promise<ProbeRound> | null = null;

  async function round(): Promise<ProbeRound> {
    const report = await tryDoors({ server, accounts, wrong, roles: PROBE_ROLES, grants: grants() });
    const { tried, unanswered, findings, lacking } = report;
    if (findings.length > 0) lock();
    const found = findings.length;
    last = { at: now(), tried, unanswered, findings: findings.slice(0, SHOWN), found, lacking };
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
