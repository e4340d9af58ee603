import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('show <id>')
    .helpGroup(GROUPS.recordings)
    .summary('show one recording: its manifest and parts')
    .description(
      'Open one recording and show its manifest. The opening is written to the access journal first.',
    )
    .action(async (id: string) => {
      const { openRecording } = await import('@aboveboard/protocol/recording-reader');
      const { webDeflate } = await import('@aboveboard/protocol/web-deflate');
      const { journal, recordings } = await context.installation();
      const [known] = await recordings.known([id]);
      if (!known)
        throw new CommandFailure(
          'There is no recording of that id here. "aboveboard recordings" lists them.',
        );
      const access = await journal.beforeRead({ kind: 'inspection', by: 'operator' }, [id]);
      const source = await recordings.openReleased(access, id);
      const { manifest } = await openRecording({ ...source, deflate: webDeflate });
      const parts = await source.store.list();
      context.result({ manifest, sealed: parts, journal: access.entry });
      const { summaryOf } = await import('../recording-summary.ts');
      for (const line of summaryOf(manifest, parts)) context.print(line);
    });
}
