import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('reminders')
    .helpGroup(GROUPS.installation)
    .summary('who is told by mail that something waits')
    .description(
      'Say what reminders.json of the data folder enters: how many addresses for each party, and by which relay. With --try each of ' +
        'them gets a mail that says that nothing waits. Exit code 1 when one did not go out, or the file can not be relied on.',
    )
    .option('--try', 'send a trial mail to every address')
    .action(async (options: { try?: boolean }) => {
      const { reportReminders } = await import('../reminder-report.ts');
      await reportReminders(context, { tries: options.try === true });
    });
}
