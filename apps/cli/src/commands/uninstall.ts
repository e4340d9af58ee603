import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS } from '../command.ts';

/** Of the recorder that is a program alone; a Debian package does it for everyone of a computer when it is purged. */
export function register(program: Command, context: CommandContext): void {
  program
    .command('uninstall')
    .helpGroup(GROUPS.recordings)
    .summary('remove all that the recorder keeps of you on this computer')
    .description(
      'Remove the recorder’s folder with its keys: what was recorded and not released is gone then. What was released is at ' +
        'the organisation’s server; the paper code erases it.',
    )
    .option('--folder <path>', 'where recordings are kept; default: recorder in the data folder')
    .requiredOption('--yes', 'you have read this')
    .action(async (options: { folder?: string }) => {
      const { existsSync } = await import('node:fs');
      const { rm } = await import('node:fs/promises');
      const { join, resolve } = await import('node:path');
      const { FolderFault, holdFolder } = await import('@aboveboard/desktop/spool/recorder-folder');
      const folder = options.folder ? resolve(options.folder) : join(context.data, 'recorder');
      if (!existsSync(join(folder, 'keys'))) {
        throw new CommandFailure(`There is no recorder’s folder at ${folder}. Nothing was removed.`);
      }
      // Not under a recorder that runs: it would write what is removed here.
      const held = await holdFolder(folder).catch((cause) => {
        throw cause instanceof FolderFault ? new CommandFailure(cause.message, { cause }) : cause;
      });
      try {
        // Keys first: what a failure leaves then opens nowhere.
        await rm(join(held.path, 'device.key'), { force: true });
        await rm(held.keys, { recursive: true, force: true });
        await rm(held.path, { recursive: true, force: true });
      } finally {
        await held.release();
      }
      context.result({ removed: folder });
      context.print(`Removed: ${folder}, with the keys of what was recorded and not released there.`);
      context.print('Not removed: this program, its unit and the enrolment; they are the administrator’s.');
      context.print(
        'What you released is at the organisation’s server. Your paper code erases it from anywhere.',
      );
    });
}
