import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('restore')
    .helpGroup(GROUPS.installation)
    .summary('make a server’s data folder out of a backup')
    .description(
      'Into the folder that --data names, which is empty or not there. It is built beside it, checked, and moved there when it is ' +
        'whole. A backup of an earlier version is brought forward to this one. Read first what it says without --yes.',
    )
    .requiredOption('--from <folder>', 'a backup of data')
    .option('--keys <folder>', 'a backup of keys of the same installation; without it no server starts there')
    .option('--yes', 'I read what a restored log means')
    .action(async (flags: { from: string; keys?: string; yes?: true }) => {
      const { restoreFromCommand } = await import('../backup-run.ts');
      const keys = flags.keys === undefined ? null : resolve(flags.keys);
      await restoreFromCommand({ from: resolve(flags.from), keys, yes: flags.yes === true }, context);
    });
}
