import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  const recovery = program
    .command('recovery')
    .helpGroup(GROUPS.installation)
    .description('Shares on paper that give a lost guardian back, and the backups that they open');
  recovery
    .command('shares')
    .summary('deal shares among people')
    .description(
      'Print a sheet for each of the people whom the representative names. So many of them together open the backups ' +
        'of this guardian that are made from now on; fewer open nothing. The sheets go to standard output and nowhere ' +
        'else. The guardian is stopped meanwhile.',
    )
    .requiredOption('--people <number>', 'how many people get one', Number)
    .requiredOption('--enough <number>', 'how many of them are enough', Number)
    .action(async (flags: { people: number; enough: number }) => {
      const { sharesFromCommand } = await import('../recovery-run.ts');
      await sharesFromCommand(flags, context);
    });
  recovery
    .command('check')
    .summary('look at a share without opening anything')
    .description(
      'Reads a share from the terminal, without showing it, and says whether it belongs to a backup.',
    )
    .requiredOption('--backup <file>', 'a backup of the guardian')
    .action(async (flags: { backup: string }) => {
      const { checkFromCommand } = await import('../recovery-run.ts');
      await checkFromCommand(flags, context);
    });
  recovery
    .command('backup <file>')
    .summary('back up this guardian, sealed to its shares')
    .description(
      'The guardian is stopped meanwhile. Only its shares open the file; it is still a copy of halves.',
    )
    .action(async (file: string) => {
      const { backupFromCommand } = await import('../recovery-run.ts');
      await backupFromCommand(file, context);
    });
  recovery
    .command('hand-over')
    .summary('make this guardian the next representative’s')
    .description(
      'The passphrase and the shares of before open nothing any more, and it is locked. At the next start it prints a link ' +
        'with which the next representative sets a passphrase of her own. The guardian is stopped meanwhile.',
    )
    .action(async () => {
      const { handOverFromCommand } = await import('../recovery-run.ts');
      handOverFromCommand(context);
    });
  recovery
    .command('restore <file>')
    .summary('make the guardian again on a new machine')
    .description(
      'Reads shares from the terminal, one after another, without showing them, and writes the guardian into the data ' +
        'folder, which has none yet. It is locked then. If anything does not hold nothing is written.',
    )
    .action(async (file: string) => {
      const { restoreFromCommand } = await import('../recovery-run.ts');
      await restoreFromCommand(file, context);
    });
}
