import type { TaskLength } from './attacked-task.ts';
import type { Identification } from './identification.ts';
import type { Share } from './interval.ts';
import type { Linkage } from './linkage.ts';
import type { RiskAnswer, RiskJob } from './risk-job.ts';

/** What goes onto a dataset's card (RISK8). Shares are from 0 to 1; every one has its 95 % bounds. */
export type RiskReport = {
  format: 'aboveboard-risk';
  formatVersion: 1;
  level: string;
  /** Of recordings: which they were, to the byte (RISK11). Not there for tables of pointers, which no release is made of. */
  inputs?: string;
  people: number;
  sessions: number;
  /** Minutes of activity, pauses not counted. */
  minutes: number;
  naming: { length: TaskLength; found: Identification; noSignal: Identification | null }[];
  linking: { length: TaskLength; found: Linkage }[];
  joining: { length: TaskLength; precision: 'day' | 'minute'; found: Share }[];
};

export const LENGTHS: readonly TaskLength[] = [1, 5, 15, 'all'];

/** Everything that a whole measurement asks. */
export function riskJobs(seed: number): RiskJob[] {
  return [
    ...LENGTHS.flatMap((length): RiskJob[] => [
      { kind: 'identification', length, seed },
      { kind: 'no-signal', length, seed },
    ]),
    { kind: 'linkage', length: 1, seed },
    { kind: 'linkage', length: 5, seed },
    { kind: 'linkage', length: 15, seed },
    { kind: 'join', precision: 'day', length: 5, seed },
    { kind: 'join', precision: 'minute', length: 5, seed },
  ];
}

export function riskReport(
  about: Pick<RiskReport, 'level' | 'inputs' | 'people' | 'sessions' | 'minutes'>,
  answers: readonly RiskAnswer[],
): RiskReport {
  const report: RiskReport = {
    format: 'aboveboard-risk',
    formatVersion: 1,
    ...about,
    naming: [],
    linking: [],
    joining: [],
  };
  for (const answer of answers) {
    const { length } = answer.job;
    if (answer.kind === 'identification') report.naming.push({ length, found: answer.found, noSignal: null });
    else if (answer.kind === 'linkage') report.linking.push({ length, found: answer.found });
    else if (answer.kind === 'join' && answer.job.kind === 'join') {
      report.joining.push({ length, precision: answer.job.precision, found: answer.found });
    }
  }
  for (const answer of answers) {
    if (answer.kind !== 'no-signal') continue;
    const row = report.naming.find(({ length }) => length === answer.job.length);
    if (row) row.noSignal = answer.found;
  }
  return report;
}

/** What an agreement allows at most: the share of five-minute tasks whose person is named, and of pairs that are linked. */
export type RiskThreshold = { naming: number; linking: number };

export type RiskVerdict = { passes: boolean; reasons: string[] };

/**
 * Whether a release may be made (RISK9). It may not where a figure lies above the threshold, nor where one could not be
 * had: a gate that could not look is shut (T14). The best attacker counts, whichever it is.
 */
export function riskGate(report: RiskReport, threshold: RiskThreshold): RiskVerdict {
  const reasons: string[] = [];
  const naming = report.naming.find(({ length }) => length === 5);
  const linking = report.linking.find(({ length }) => length === 5);
  const checks = [
    { what: 'naming the person of a 5-minute task', of: naming?.found, most: threshold.naming },
    { what: 'linking two 5-minute tasks', of: linking?.found, most: threshold.linking },
  ];
  for (const { what, of, most } of checks) {
    const share = of?.attackers[of.best]?.share;
    if (share === undefined || !Number.isFinite(share)) reasons.push(`${what} could not be measured`);
    else if (!(share <= most))
      reasons.push(`${what}: ${percent(share)}, at most ${percent(most)} is allowed`);
  }
  if (astray(naming?.noSignal))
    reasons.push('the control without any signal is not at chance: the attack itself is faulty');
  return { passes: reasons.length === 0, reasons };
}

/** Attackers that find a person where there is nothing to find measure themselves. */
function astray(control: Identification | null | undefined): boolean {
  if (!control) return true;
  const best = control.attackers[control.best];
  return best === undefined || best.low > control.chance;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
