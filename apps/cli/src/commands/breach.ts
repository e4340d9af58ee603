import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('breach')
    .helpGroup(GROUPS.logs)
    .summary('what could be read and what was read between two days')
    .description(
      'Hold the whole access journal against the whole log of uses, and say what could be read and what was read between two ' +
        'days, by which role and account. Opens nothing, names nobody. Exit code 1 where the two do not fit.',
    )
    .requiredOption('--from <day>', 'the first day, in UTC: 2026-11-01')
    .requiredOption('--to <day>', 'the last day')
    .option(
      '--notify',
      'leave a sealed notice for the recorder of each contributor of whom something was read',
    )
    .action(async ({ from, to, notify }: { from: string; to: string; notify?: boolean }) => {
      const { reportBreach, windowOf } = await import('../breach-report.ts');
      await reportBreach(windowOf(from, to), context, { notify: notify === true });
    });
}
