import { describe, expect, it } from 'vitest';
import { allowedSkips, tallyHouse, tallySteps, tallyTests } from '../ci-tally.ts';

const report = (...verdicts: [fullName: string, status: string][]) => ({
  testResults: [
    {
      name: 'a.test.ts',
      status: 'passed',
      assertionResults: verdicts.map(([fullName, status]) => ({ fullName, status })),
    },
  ],
});

describe('the tally of .ci/run', () => {
  it('counts tests, and takes only skips that are named exactly', () => {
    const seen = report(['a', 'passed'], ['b', 'skipped'], ['c', 'pending'], ['d', 'todo'], ['e', 'failed']);
    expect(tallyTests(seen, 1, [])).toMatchObject({ passed: 1, failed: { length: 4 } });
    expect(tallyTests(seen, 1, ['b', 'c', 'd'])).toEqual({ passed: 1, failed: ['test: e'] });
    expect(tallyTests(report(['a', 'passed'], ['ab', 'skipped']), 0, ['a'])).toMatchObject({
      failed: { length: 1 },
    });
  });

  it('fails where there is no report, no test, a file that did not load, or an exit code without a reason', () => {
    expect(tallyTests(undefined, 0, []).failed).toHaveLength(1);
    expect(tallyTests(report(), 0, []).failed).toHaveLength(1);
    expect(tallyTests(report(['a', 'passed']), 1, []).failed).toHaveLength(1);
    const unloaded = { testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [] }] };
    expect(tallyTests(unloaded, 1, []).failed).toEqual(['test file: a.test.ts']);
    expect(tallyHouse(undefined).failed).toHaveLength(1);
    expect(tallyHouse([]).failed).toHaveLength(1);
  });

  it('counts a house check and a step as one each', () => {
    const house = [
      { name: 'circles', findings: [] },
      {
        name: 'barrels',
        findings: [
          { at: 'a', message: 'x' },
          { at: 'b', message: 'y' },
        ],
      },
    ];
    expect(tallyHouse(house)).toMatchObject({ passed: 1, failed: { length: 1 } });
    expect(tallySteps('ok types\nfailed lint\n')).toEqual({ passed: 1, failed: ['step: lint'] });
  });

  it('reads the list of skips', () => {
    expect(allowedSkips('# why\nsuite a name\n\n  other  \n')).toEqual(['suite a name', 'other']);
  });
});
