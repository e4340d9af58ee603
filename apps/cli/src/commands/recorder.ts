import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS, UsageError } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('recorder')
    .helpGroup(GROUPS.recordings)
    .summary('record windows of this desktop (Linux with X11; demonstrations only)')
    .description(
      'Start the desktop recorder for the applications that are named, as a demonstration: under made-up rules, and nothing ' +
        'of it can be released. It prints a link to its page, on which you agree, start and stop. Nothing else is looked at.',
    )
    .requiredOption('--app <name=program:class...>', 'an application, as Editor=/usr/bin/mousepad:Mousepad')
    .option('--folder <path>', 'where recordings are kept; default: recorder in the data folder')
    .action(async (options: { app: string[]; folder?: string }) => {
      const { join, resolve } = await import('node:path');
      const { parseApp } = await import('@aboveboard/desktop/demonstration-desk');
      const { RecorderFault, runRecorder } = await import('@aboveboard/desktop/recorder-run');
      const { FolderFault } = await import('@aboveboard/desktop/spool/recorder-folder');
      const { signalled } = await import('../stop-signal.ts');
      const apps = options.app.map((text) => {
        const app = parseApp(text);
        if (!app)
          throw new UsageError(
            `“${text}” is not a name, a program’s path and a class, as Editor=/usr/bin/mousepad:Mousepad.`,
          );
        return app;
      });
      const asked = signalled();
      const folder = options.folder ? resolve(options.folder) : join(context.data, 'recorder');
      const run = await runRecorder({ folder, apps, environment: process.env }).catch((cause) => {
        if (!(cause instanceof RecorderFault || cause instanceof FolderFault)) throw cause;
        throw new CommandFailure(cause.message, { cause });
      });
      context.result({ link: run.page.link });
      context.print('The recorder is here, and records nothing yet. Its page opens once with this link:');
      context.print(`  ${run.page.link}`);
      context.print('Stop with Ctrl-C.');
      await asked;
      await run.stop();
    });
}
