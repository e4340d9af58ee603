import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  const erasure = program
    .command('erasure')
    .helpGroup(GROUPS.installation)
    .description('What contributors had erased');
  erasure
    .command('again')
    .summary('have all that was erased destroyed once more, after vault or guardian was restored')
    .description(
      'A vault, a server’s keys or a guardian that came out of a backup holds halves again that were destroyed since. This asks ' +
        'for everything that was ever erased here again: the server does it at its next start, or within the hour while it runs, ' +
        'with an entry of the log. `aboveboard drill erasure` says afterwards whether any half is left.',
    )
    .action(async () => {
      const { eraseAgain } = await import('@aboveboard/server/recordings/erasure-again');
      const { inner } = await context.installation();
      const asked = await eraseAgain(inner.database);
      context.result({ asked });
      context.print(
        `Asked for again: ${asked}. The server destroys them at its next start, or within the hour.`,
      );
    });
}
