import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';
import { GRANT_OPTION } from '../grant-option.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('show <id>')
    .helpGroup(GROUPS.recordings)
    .summary('show one recording: its manifest and parts')
    .description(
      'Open one recording and show its manifest. The opening is written to the access journal first.',
    )
    .option(...GRANT_OPTION)
    .action(async (id: string, { grant }: { grant?: string }) => {
      const { openForReading } = await import('../opened-recording.ts');
      const { manifest, sealed, entry } = await openForReading(context, id, { kind: 'inspection', grant });
      context.result({ manifest, sealed, journal: entry });
      const { summaryOf } = await import('../recording-summary.ts');
      for (const line of summaryOf(manifest, sealed)) context.print(line);
    });
}
