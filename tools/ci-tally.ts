import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

// Adds up what .ci/run saw: steps, tests, house checks. Says what failed, prints "N passed, N failed" as the last
// line, and exits with 1 if anything failed. What left no report has failed (T14).

export type Tally = { passed: number; failed: string[] };

type TestReport = {
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
};
type HouseReport = { name: string; findings: { at: string; message: string }[] }[];

/** `steps`: a line `ok NAME` or `failed NAME` each. */
export function tallySteps(steps: string): Tally {
  const lines = steps.split('\n').filter((line) => line !== '');
  const failed = lines
    .filter((line) => !line.startsWith('ok '))
    .map((line) => line.replace(/^failed /, 'step: '));
  return { passed: lines.length - failed.length, failed };
}

/** `exit`: of the test command; it counts where the report itself shows no reason for it. */
export function tallyTests(
  report: TestReport | undefined,
  exit: number,
  allowedSkips: readonly string[],
): Tally {
  if (!report) return { passed: 0, failed: [`tests: no report (exit code ${exit})`] };
  let passed = 0;
  const failed: string[] = [];
  for (const { name, status, assertionResults } of report.testResults) {
    if (assertionResults.length === 0 && status === 'failed') failed.push(`test file: ${name}`);
    for (const { fullName, status: verdict } of assertionResults) {
      if (verdict === 'passed') passed++;
      else if (verdict === 'failed') failed.push(`test: ${fullName}`);
      else if (!allowedSkips.includes(fullName))
        failed.push(`skipped, and not in allowed-skips.txt: ${fullName}`);
    }
  }
  if (passed === 0 && failed.length === 0) failed.push('tests: none ran');
  if (exit !== 0 && failed.length === 0) failed.push(`tests: exit code ${exit} although every test passed`);
  return { passed, failed };
}

export function tallyHouse(report: HouseReport | undefined): Tally {
  if (!report || report.length === 0) return { passed: 0, failed: ['house: no report'] };
  const broken = report.filter(({ findings }) => findings.length > 0);
  const failed = broken.map(
    ({ name, findings }) =>
      `house: ${name}\n${findings.map(({ at, message }) => `    ${at}: ${message}`).join('\n')}`,
  );
  return { passed: report.length - broken.length, failed };
}

/** Names, one a line; `#` begins a comment line. */
export function allowedSkips(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function json<T>(path: string | undefined): T | undefined {
  if (path === undefined || !existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      steps: { type: 'string' },
      tests: { type: 'string' },
      'tests-exit': { type: 'string' },
      house: { type: 'string' },
      'allowed-skips': { type: 'string' },
    },
  });
  const skips = allowedSkips(readFileSync(values['allowed-skips'] as string, 'utf8'));
  const tallies = [
    tallySteps(readFileSync(values.steps as string, 'utf8')),
    tallyTests(json(values.tests), Number(values['tests-exit']), skips),
    tallyHouse(json(values.house)),
  ];
  const failed = tallies.flatMap((one) => one.failed);
  for (const one of failed) console.log(`failed: ${one}`);
  console.log(`${tallies.reduce((sum, one) => sum + one.passed, 0)} passed, ${failed.length} failed`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
