import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';
import type { ProbeFlags } from '../probe-run.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('probe <url>')
    .helpGroup(GROUPS.installation)
    .summary('try every door of a server as somebody who may not pass')
    .description(
      'Try every route of a server, and paths that nothing should be at, as nobody and with forged credentials; with --session ' +
        'also as each role of the file, and with its sessions replayed, stolen, and ended. Needs no data folder. Exit code 1 ' +
        'if a door opened, or if any gave no answer: then nothing is proved.',
    )
    .option('--session <file>', 'credentials, in a file that only you read')
    .option(
      '--invitations <file>',
      'what "aboveboard staff invite --probe" printed: make the accounts and keep them in the new file of --session',
    )
    .action(async (url: string, flags: ProbeFlags) => {
      const { probeFromCommand } = await import('../probe-run.ts');
      await probeFromCommand(url, flags, context);
    });
}
