import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, GROUPS, UsageError } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  const drill = program
    .command('drill')
    .helpGroup(GROUPS.installation)
    .description('Try on copies what is promised');
  drill
    .command('erasure')
    .description(
      'What comes out of backups of keys for recordings that were erased; changes and opens nothing',
    )
    .option('--keys <folder>', 'a backup of the server’s keys, the oldest that is kept')
    .option(
      '--vault <folder>',
      'where the vault is a process of its own: its oldest backup, in place of --keys',
    )
    .option('--guardian <folder>', 'a copy of the guardian’s folder, the oldest that is kept')
    .action(async (flags: { keys?: string; vault?: string; guardian?: string }) => {
      const vault = flags.vault ?? flags.keys;
      if (vault === undefined || (flags.vault && flags.keys))
        throw new UsageError(
          'Give the oldest backup of keys: --keys FOLDER, or of a vault of its own --vault FOLDER.',
        );
      const { drillFromCommand } = await import('../erasure-drill.ts');
      await drillFromCommand(
        { vault: resolve(vault), guardian: flags.guardian ? resolve(flags.guardian) : null },
        context,
      );
    });
}
