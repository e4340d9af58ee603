import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  const halves = program
    .command('halves')
    .helpGroup(GROUPS.installation)
    .description('Another identity for the vault’s halves of keys: made, sealed to, and the old one retired');
  halves
    .command('show')
    .summary('which identities the vault has')
    .description('Names, days and state of the identities in the data folder, of a vault or of a server.')
    .action(async () => {
      const { showIdentities } = await import('../halves-run.ts');
      await showIdentities(context);
    });
  halves
    .command('new')
    .summary('make a new identity beside the old one')
    .description(
      'Everything that was sealed to the old one still opens, and is taken still. The vault, or the server that it is within, ' +
        'is stopped meanwhile.',
    )
    .action(async () => {
      const { newIdentity } = await import('../halves-run.ts');
      await newIdentity(context);
    });
  halves
    .command('reseal')
    .summary('seal what is kept to the newest identity')
    .description(
      'One half at a time: at each moment each of them opens. If this is stopped or killed, run it again. What was erased stays ' +
        'erased. The vault, or the server, is stopped meanwhile.',
    )
    .action(async () => {
      const { resealHalves } = await import('../halves-run.ts');
      await resealHalves(context);
    });
  halves
    .command('retire')
    .summary('overwrite the older identity when nothing needs it')
    .description(
      'Tries to open all that is kept without it, and refuses with the count of what does not. Backups that were made before ' +
        'still hold it. The vault, or the server, is stopped meanwhile.',
    )
    .action(async () => {
      const { retireIdentity } = await import('../halves-run.ts');
      await retireIdentity(context);
    });
}
