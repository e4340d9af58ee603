import type { Check, Finding } from './repository.ts';

/** The repository says nothing of the machines that it was made on. */
const TRACES: readonly [RegExp, string][] = [
  [/(?<![\w.])\/(?:work|root)\/\w/, 'a path of some machine'],
  [/https?:\/\/[^\s/"']*(?:artifactory|nexus|verdaccio|registry\.(?!npmjs\.org))/, "a registry's host"],
];

export const traces: Check = {
  name: 'no traces of machines',
  run(repository) {
    const findings: Finding[] = [];
    for (const [path, text] of repository) {
      // Its own patterns and the cases that show them.
      if (path.startsWith('tools/house/')) continue;
      for (const [i, line] of text.split('\n').entries()) {
        for (const [pattern, message] of TRACES) {
          if (pattern.test(line)) findings.push({ at: `${path}:${i + 1}`, message });
        }
      }
    }
    return findings;
  },
};
