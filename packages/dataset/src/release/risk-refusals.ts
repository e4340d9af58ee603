import { hex } from '@aboveboard/consent/canonical-json';
import { percent, type RiskReport, type RiskThreshold, riskGate } from '../risk/risk-report.ts';
import type { Refusal } from './candidate.ts';
import type { ReleasePlan } from './release-plan.ts';

/** A measurement of what is released, and what those who agreed to it allow. */
export type MeasuredRisk = {
  report: RiskReport;
  /** Of the report as it was handed in. */
  digest: string;
  /** Of the one who builds; the agreements' own holds besides, whichever is stricter. */
  threshold: RiskThreshold;
  /** By digest of each agreement: the share of sessions that may be traced to their person (AGR26), 0 to 1. */
  agreed: ReadonlyMap<string, number>;
};

/**
 * What a measurement is of (RISK11): the very recordings of a plan, by id and content, and the level. Another recording, one that
 * changed, or one less gives another.
 */
export async function measuredInputs(
  { level, contents }: Pick<ReleasePlan, 'level' | 'contents'>,
  subtle: Pick<SubtleCrypto, 'digest'>,
): Promise<string> {
  const said = JSON.stringify(['aboveboard measured recordings v1', level, [...contents].sort()]);
  return hex(new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(said))));
}

/** Why the risk keeps a plan from being released (REL15); none at `vault`, which is read under its grants alone. */
export async function riskRefusals(
  plan: ReleasePlan,
  risk: MeasuredRisk | null,
  subtle: Pick<SubtleCrypto, 'digest'>,
): Promise<Refusal[]> {
  const refused = (message: string): Refusal => ({ rule: 'REL15', message });
  if (plan.level === 'vault') return [];
  if (risk === null) return [refused('the risk of naming was not measured')];
  const { report, threshold } = risk;
  if (report.level !== plan.level) return [refused('the risk was measured at another level')];
  if (report.inputs !== (await measuredInputs(plan, subtle)))
    return [refused('the risk was measured of other recordings than these')];
  return [...riskGate(report, threshold).reasons, ...agreedReasons(plan, risk)].map(refused);
}

/** The longest work counts as well: an agreement speaks of sessions. */
function agreedReasons({ agreements }: ReleasePlan, { report, agreed }: MeasuredRisk): string[] {
  const reasons: string[] = [];
  for (const { id, version, digest } of agreements) {
    const most = agreed.get(digest);
    if (most === undefined) {
      reasons.push(`what agreement ${id} ${version} allows is not known here`);
      continue;
    }
    for (const { length, found } of report.naming) {
      const share = found.attackers[found.best]?.share ?? Number.NaN;
      if ((length === 5 || length === 'all') && !(share <= most)) {
        const what = length === 'all' ? 'a session' : 'a 5-minute task';
        reasons.push(
          `naming the person of ${what}: ${percent(share)}; agreement ${id} ${version} allows ${percent(most)}`,
        );
      }
    }
  }
  return reasons;
}
