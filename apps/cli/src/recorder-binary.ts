import { Command } from 'commander';
import about from '../package.json' with { type: 'json' };
import * as build from './commands/build.ts';
import * as recorder from './commands/recorder.ts';
import * as uninstall from './commands/uninstall.ts';
import { defaultDataFolder } from './default-data.ts';
import { makeSession } from './session.ts';

/**
 * The desktop recorder as one file (docs/adr/0094): nothing of the server's and nothing of the guardian's. The packaging
 * bundles from here.
 */
const program = new Command('aboveboard-recorder');
const noInstallation = {
  installation: () =>
    Promise.reject(new Error('This program has no installation: it is the recorder alone.')),
  close: () => Promise.resolve(),
};
const session = makeSession(
  { stdout: process.stdout, stderr: process.stderr },
  () => program.opts<{ data: string; json?: boolean }>(),
  noInstallation,
);
program
  .description('The recorder of this desktop.')
  .version(about.version, '-V, --version', 'the version')
  .option('--data <dir>', 'folder of what it keeps', defaultDataFolder())
  .option('--json', 'print one JSON document and nothing else')
  .helpCommand(false)
  .exitOverride();
recorder.register(program, session.context);
build.register(program, session.context);
uninstall.register(program, session.context);
for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);

program.parseAsync(process.argv.slice(2), { from: 'user' }).catch((error) => {
  process.exitCode = session.failed(error);
});
