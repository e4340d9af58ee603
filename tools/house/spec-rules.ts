import { type Check, type Finding, isShipped, isSource, type Repository } from './repository.ts';
import { syntaxOf } from './syntax.ts';

/** `- **REC12** ...`, also in a table or with a colon: the bold rule at the beginning of a line. */
const DEFINITION = /^(?:[-*|]\s*)?\*\*([A-Z]{2,8}\d{1,3}[a-z]?)[.:]?\*\*/gm;
/** `[REC12] ...`, `[REC12, REC13] ...` at the beginning of a title. */
const QUOTED = /^((?:\[[A-Z]{2,8}\d{1,3}[a-z]?(?:(?:, |-)[A-Z]{2,8}\d{1,3}[a-z]?)*\]\s*)+)/;

/** A rule has one number, in one place. */
export const unique: Check = {
  name: 'spec rules are numbered once',
  run(repository) {
    const findings: Finding[] = [];
    const first = new Map<string, string>();
    for (const [path, rule] of definitions(repository)) {
      const before = first.get(rule);
      if (before === undefined) first.set(rule, path);
      else findings.push({ at: path, message: `${rule} is defined in ${before} already` });
    }
    return findings;
  },
};

/** A test that quotes a rule quotes one that is there. */
export const quoted: Check = {
  name: 'tests quote rules that exist',
  run: (repository) =>
    rulesIn(
      repository,
      (path) => isSource(path) && /\.(test|bench)\.|-contract\.ts$/.test(path),
      (value) => {
        const head = QUOTED.exec(value)?.[1] ?? '';
        return [...head.matchAll(/[A-Z]{2,8}\d{1,3}[a-z]?/g)].map(([rule]) => rule);
      },
    ),
};

/** A fault names a rule that is there: people look it up. */
export const faults: Check = {
  name: 'faults name rules that exist',
  run(repository) {
    const known = new Set([...definitions(repository)].map(([, rule]) => rule.replace(/\d.*$/, '')));
    return rulesIn(repository, isShipped, (value) => {
      const prefix = /^([A-Z]{2,8})\d{1,3}[a-z]?$/.exec(value)?.[1];
      return prefix !== undefined && known.has(prefix) ? [value] : [];
    });
  },
};

function rulesIn(
  repository: Repository,
  where: (path: string) => boolean,
  rulesOf: (value: string) => string[],
): Finding[] {
  const known = new Set([...definitions(repository)].map(([, rule]) => rule));
  const findings: Finding[] = [];
  for (const [path, text] of repository) {
    if (!where(path)) continue;
    for (const { value, line } of syntaxOf(path, text).strings) {
      for (const rule of rulesOf(value)) {
        if (!known.has(rule)) findings.push({ at: `${path}:${line}`, message: `${rule} is in no spec` });
      }
    }
  }
  return findings;
}

function* definitions(repository: Repository): Generator<[path: string, rule: string]> {
  for (const [path, text] of repository) {
    if (!/^spec\/.+\.md$/.test(path)) continue;
    for (const match of text.matchAll(DEFINITION)) yield [path, match[1] as string];
  }
}
