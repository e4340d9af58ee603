import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('retention')
    .helpGroup(GROUPS.installation)
    .summary('whether what is over its agreed time is being erased')
    .description(
      'Say when the last sweep ended, and whether the alarm is on: no sweep in a day, one that failed, or recordings of ' +
        'which nothing says how long they may be kept. Exit code 1 when it is on.',
    )
    .action(async () => {
      const { reportRetention } = await import('../retention-report.ts');
      await reportRetention(context, Date.now());
    });
}
