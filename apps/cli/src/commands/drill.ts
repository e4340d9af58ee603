import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

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
    .requiredOption('--keys <folder>', 'a copy of the server’s keys folder, the oldest that is kept')
    .option('--guardian <folder>', 'a copy of the guardian’s folder, the oldest that is kept')
    .action(async (flags: { keys: string; guardian?: string }) => {
      const { drillFromCommand } = await import('../erasure-drill.ts');
      await drillFromCommand(
        { keys: resolve(flags.keys), guardian: flags.guardian ? resolve(flags.guardian) : null },
        context,
      );
    });
}
