import type { RiskReport } from '@aboveboard/dataset/risk/risk-report';
import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS, UsageError } from '../command.ts';
import type { MeasuredLevel } from '../pointer-dataset.ts';

const LEVELS: readonly MeasuredLevel[] = ['as-it-stands', 'release'];

type Options = { level: string; threshold?: string; linking?: string; rounds: string; seed: string };

export function register(program: Command, context: CommandContext): void {
  program
    .command('risk <dataset>')
    .helpGroup(GROUPS.datasets)
    .summary('measure how well its people can be named and their tasks linked')
    .description(
      'Train four different attackers on a folder of pointer tables (a folder for each person, a table for each session) and ' +
        'count how often they name the person of a task and link two tasks, at 1, 5 and 15 minutes and for whole sessions, with ' +
        '95 % bounds and a control in which there is nothing to find. With --threshold it is a gate: exit code 1 above it.',
    )
    .option(
      '--level <level>',
      'as-it-stands, or release: bring every task to that level first, in parts',
      'as-it-stands',
    )
    .option('--threshold <percent>', 'the share of 5-minute tasks whose person may be named')
    .option('--linking <percent>', 'the share of pairs of 5-minute tasks that may be linked (50 is chance)')
    .option('--rounds <n>', 'how often the held-out sessions are drawn anew', '2')
    .option('--seed <n>', 'of splits and attackers', '1')
    .action(async (dataset: string, options: Options) => {
      const level = LEVELS.find((one) => one === options.level);
      if (level === undefined) throw new UsageError(`--level is one of ${LEVELS.join(', ')}.`);
      const threshold = {
        naming: share(options.threshold, '--threshold'),
        linking: share(options.linking, '--linking'),
      };
      const rounds = whole(options.rounds, '--rounds', 1, 50);
      const seed = whole(options.seed, '--seed', 0, 2 ** 31);
      const { measureRisk } = await import('../risk-measurement.ts');
      const { percent, riskGate } = await import('@aboveboard/dataset/risk/risk-report');
      const { EFFORT } = await import('@aboveboard/dataset/risk/risk-job');
      const report = await measureRisk(dataset, {
        level,
        effort: { ...EFFORT, rounds },
        seed,
        threads: 2,
        progress: (done, of) => context.progress(`question ${done} of ${of}`),
      });
      const asked = options.threshold !== undefined || options.linking !== undefined;
      const verdict = asked ? riskGate(report, threshold) : null;
      context.result({ ...report, ...(verdict ? { verdict } : {}) });
      print(report, context, percent);
      if (verdict?.passes === false) throw new CommandFailure(`No release: ${verdict.reasons.join('; ')}.`);
      if (verdict) context.print('Within the threshold.');
    });
}

function print(report: RiskReport, context: CommandContext, percent: (share: number) => string): void {
  const bounds = ({ share, low, high }: { share: number; low: number; high: number }) =>
    `${percent(share)} (${percent(low)} to ${percent(high)})`;
  context.print(
    `measured    ${report.people} people, ${report.sessions} sessions, ${report.minutes} minutes of activity, ${report.level}`,
  );
  for (const { length, found, noSignal } of report.naming) {
    const best = found.attackers[found.best];
    const control = noSignal?.attackers[noSignal.best];
    if (!best) continue;
    context.print(
      `naming      ${span(length)}: ${bounds(best)} by ${found.best}; chance ${percent(found.chance)}` +
        (control ? `, nothing to find ${bounds(control)}` : ''),
    );
  }
  for (const { length, found } of report.linking) {
    const best = found.attackers[found.best];
    if (best) context.print(`linking     ${span(length)}: ${bounds(best)} by ${found.best}; chance 50.0 %`);
  }
  for (const { length, precision, found } of report.joining) {
    context.print(`joining     ${span(length)} with a log of every action by ${precision}: ${bounds(found)}`);
  }
}

function span(length: number | 'all'): string {
  return length === 'all' ? 'whole sessions' : length === 1 ? '1 minute' : `${length} minutes`;
}

function share(text: string | undefined, option: string): number {
  if (text === undefined) return 1;
  const percent = Number(text);
  if (!(percent >= 0 && percent <= 100) || text.trim() === '') {
    throw new UsageError(`${option} is a percentage from 0 to 100.`);
  }
  return percent / 100;
}

function whole(text: string, option: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UsageError(`${option} is a whole number from ${least} to ${most}.`);
  }
  return value;
}
