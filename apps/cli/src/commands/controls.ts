import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('controls')
    .helpGroup(GROUPS.installation)
    .summary('whether what was agreed is so at this moment')
    .description(
      'Check every control of the installation in the data folder now, as the stewards’ page does: rules, logs, guardian and ' +
        'its probe, vault, walls, backups. Exit code 1 when one is not in order or could not be checked.',
    )
    .action(async () => {
      const { reportControls } = await import('../controls-report.ts');
      await reportControls(context, Date.now);
    });
}
