import type { RulesVersion } from '@aboveboard/consent/rules-state';

/**
 * For how many days recordings of each version may be kept (RET2, RET3): what the version says that it was made under, or
 * less where a version that was adopted later says less. Never more: a longer time is for what is released under it.
 */
export function keptDays(
  versions: readonly Pick<RulesVersion, 'agreement' | 'digest' | 'adopted'>[],
): ReadonlyMap<string, number> {
  return leastOf(versions, ({ vaultDays }) => vaultDays);
}

/** After how many days of silence (RET10); the same rule. Versions under which silence erases nothing are left out. */
export function silentDays(
  versions: readonly Pick<RulesVersion, 'agreement' | 'digest' | 'adopted'>[],
): ReadonlyMap<string, number> {
  const days = leastOf(versions, ({ silenceDays }) => silenceDays ?? Number.POSITIVE_INFINITY);
  return new Map([...days].filter(([, least]) => Number.isFinite(least)));
}

function leastOf(
  versions: readonly Pick<RulesVersion, 'agreement' | 'digest' | 'adopted'>[],
  said: (retention: RulesVersion['agreement']['retention']) => number,
): ReadonlyMap<string, number> {
  const days = new Map<string, number>();
  let least = Number.POSITIVE_INFINITY;
  for (const { agreement, digest } of [...versions].sort((a, b) => b.adopted - a.adopted)) {
    least = Math.min(least, said(agreement.retention));
    days.set(digest, least);
  }
  return days;
}
