import { Command } from 'commander';
import about from '../package.json' with { type: 'json' };
import * as guardian from './commands/guardian.ts';
import * as recovery from './commands/recovery.ts';
import { makeSession } from './session.ts';

/**
 * The guardian as one file (docs/adr/0060): the commands `guardian` and `recovery`, and nothing of the server's.
 * The packaging bundles from here.
 */
const program = new Command('aboveboard-guardian');
const noInstallation = {
  installation: () =>
    Promise.reject(new Error('This program has no installation: it is the guardian alone.')),
  close: () => Promise.resolve(),
};
const session = makeSession(
  { stdout: process.stdout, stderr: process.stderr },
  () => program.opts<{ data: string; json?: boolean }>(),
  noInstallation,
);
program
  .description("The representative's guardian.")
  .version(about.version, '-V, --version', 'the version')
  .requiredOption('--data <dir>', 'folder of what it keeps', process.env['ABOVEBOARD_DATA'])
  .option('--json', 'print one JSON document and nothing else')
  .helpCommand(false)
  .exitOverride();
guardian.register(program, session.context);
recovery.register(program, session.context);
for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);

program.parseAsync(process.argv.slice(2), { from: 'user' }).catch((error) => {
  process.exitCode = session.failed(error);
});
