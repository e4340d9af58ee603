import { LONG, REASONS, TOO_LONG, UNCOUNTED } from './long-files.ts';
import { type Check, type Finding, isSource } from './repository.ts';

export const lengths: Check = {
  name: 'file lengths',
  run: (repository) => lengthFindings(repository, REASONS),
};

export function lengthFindings(
  repository: Parameters<Check['run']>[0],
  reasons: Readonly<Record<string, string>>,
): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of repository) {
    if (!isSource(path) || UNCOUNTED.test(path)) continue;
    const lines = text.split('\n').length - 1;
    if (lines > TOO_LONG) findings.push({ at: path, message: `has ${lines} lines; ${TOO_LONG} is the most` });
    else if (lines > LONG && !Object.hasOwn(reasons, path)) {
      findings.push({
        at: path,
        message: `has ${lines} lines; above ${LONG} give the reason in long-files.ts`,
      });
    }
  }
  for (const path of Object.keys(reasons)) {
    const lines = (repository.get(path) ?? '').split('\n').length - 1;
    if (lines <= LONG) findings.push({ at: path, message: 'has a reason to be long, and is not' });
  }
  return findings;
}
