import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

/** What the representative lists, in the words of the recorder itself; whoever holds the program compares `sha256sum`. */
export function register(program: Command, context: CommandContext): void {
  program
    .command('build')
    .helpGroup(GROUPS.recordings)
    .summary('say which build this is, as an agreement lists it')
    .action(async () => {
      const { ownBuild } = await import('@aboveboard/desktop/rules/own-build');
      const digest = await ownBuild();
      context.result({ digest });
      context.print(digest);
    });
}
