import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS, UsageError } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('recorder')
    .helpGroup(GROUPS.recordings)
    .summary('record windows of this desktop (Linux with X11; experimental)')
    .description(
      'Start the desktop recorder under the signed rules of an installation (--enrolment), or for the applications that are ' +
        'named, as a demonstration under made-up rules (--app). It prints a link to its page, on which you take part, agree, ' +
        'start and stop. Nothing else is looked at.',
    )
    .option('--app <name=program:class...>', 'an application, as Editor=/usr/bin/mousepad:Mousepad')
    .option(
      '--enrolment <file>',
      'the file that the representative handed out; one of a real installation is in /etc/aboveboard',
    )
    .option('--folder <path>', 'where recordings are kept; default: recorder in the data folder')
    .option('--link-file <path>', 'keep the link to its page there, for you alone, and print none')
    .action(async (options: { app?: string[]; enrolment?: string; folder?: string; linkFile?: string }) => {
      const { join, resolve } = await import('node:path');
      const { parseApp } = await import('@aboveboard/desktop/rules/demonstration-desk');
      const { RecorderFault, runRecorder } = await import('@aboveboard/desktop/recorder-run');
      const { FolderFault } = await import('@aboveboard/desktop/spool/recorder-folder');
      const { signalled } = await import('../stop-signal.ts');
      const { TextRecogniser } = await import('../text-recogniser.ts');
      if ((options.app === undefined) === (options.enrolment === undefined)) {
        throw new UsageError('Name either an enrolment or the applications of a demonstration.');
      }
      const { EnrolmentFault } = await import('@aboveboard/desktop/rules/taking-enrolment');
      const apps = (options.app ?? []).map((text) => {
        const app = parseApp(text);
        if (!app)
          throw new UsageError(
            `“${text}” is not a name, a program’s path and a class, as Editor=/usr/bin/mousepad:Mousepad.`,
          );
        return app;
      });
      const asked = signalled();
      const folder = options.folder ? resolve(options.folder) : join(context.data, 'recorder');
      const rules = options.enrolment ? { enrolment: resolve(options.enrolment) } : { apps };
      const linkFile = options.linkFile ? resolve(options.linkFile) : null;
      // It begins with the first picture that the agreement lets it read.
      const recogniser = new TextRecogniser();
      const environment = process.env;
      const given = { folder, rules, environment, linkFile, recognise: recogniser.recognise };
      const run = await runRecorder(given).catch((cause) => {
        const told = [RecorderFault, FolderFault, EnrolmentFault].some((fault) => cause instanceof fault);
        if (!told) throw cause;
        throw new CommandFailure(cause.message, { cause });
      });
      context.result(linkFile ? { linkFile } : { link: run.page.link });
      context.print('The recorder is here, and records nothing yet. Its page opens once with this link:');
      // What is printed may be kept by whoever started this, as a unit's output is in the system's journal.
      context.print(`  ${linkFile ? `(in ${linkFile})` : run.page.link}`);
      context.print('Stop with Ctrl-C.');
      await asked;
      await run.stop();
      recogniser.close();
    });
}
