import { ALLOWANCES, type Allowance, AMBIENT } from './ambient-allowances.ts';
import { type Check, type Finding, isShipped } from './repository.ts';
import { syntaxOf } from './syntax.ts';

/** `packages/` use no clock, chance, network, storage or page that they were not given. */
export const ambient: Check = {
  name: 'nothing ambient in packages',
  run: (repository) => ambientFindings(repository, ALLOWANCES),
};

export function ambientFindings(
  repository: Parameters<Check['run']>[0],
  allowances: readonly Allowance[],
): Finding[] {
  const findings: Finding[] = [];
  const used = new Set<Allowance>();
  for (const [path, text] of repository) {
    if (!path.startsWith('packages/') || !isShipped(path)) continue;
    for (const { name, line } of syntaxOf(path, text).ambient) {
      const forbidden = [name, name.split('.')[0] as string].find((one) => Object.hasOwn(AMBIENT, one));
      if (forbidden === undefined) continue;
      const allowance = allowances.find((one) => one.file === path && one.name === forbidden);
      if (allowance) used.add(allowance);
      else findings.push({ at: `${path}:${line}`, message: `uses ${name}: a package ${AMBIENT[forbidden]}` });
    }
  }
  for (const allowance of allowances) {
    if (!used.has(allowance)) {
      findings.push({
        at: allowance.file,
        message: `has an allowance for ${allowance.name} that nothing uses`,
      });
    }
  }
  return findings;
}
