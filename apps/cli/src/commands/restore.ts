import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, GROUPS, UsageError } from '../command.ts';

type Flags = { from: string; keys?: string; database?: string; vault?: true; yes?: true };

export function register(program: Command, context: CommandContext): void {
  program
    .command('restore')
    .helpGroup(GROUPS.installation)
    .summary('make a data folder of a server or a vault out of a backup')
    .description(
      'Into the folder that --data names, which is empty or not there. It is built beside it, checked, and moved there when it is ' +
        'whole. A backup of an earlier version is brought forward to this one. Read first what it says without --yes.',
    )
    .requiredOption('--from <folder>', 'a backup of data, or with --vault of a vault')
    .option('--keys <folder>', 'a backup of keys of the same installation; without it no server starts there')
    .option(
      '--database <file>',
      'a file with the URL of an empty PostgreSQL of yours for the tables; or DATABASE_URL',
    )
    .option('--vault', 'a backup of a vault that is a process of its own, as its user')
    .option('--yes', 'I read what a restored log means')
    .action(async (flags: Flags) => {
      const { database = null, yes = false } = flags;
      const [from, keys] = [resolve(flags.from), flags.keys === undefined ? null : resolve(flags.keys)];
      if (flags.vault) {
        if (keys !== null || database !== null)
          throw new UsageError(
            'A backup of a vault is all that it needs: give neither --keys nor --database.',
          );
        const { vaultRestoreFromCommand } = await import('../vault-backup-run.ts');
        return vaultRestoreFromCommand({ from, yes }, context);
      }
      const { restoreFromCommand } = await import('../backup-run.ts');
      await restoreFromCommand({ from, keys, database, yes }, context);
    });
}
