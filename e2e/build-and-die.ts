import type { CommandContext } from '../apps/cli/src/command.ts';
import { makeOpenedData } from '../apps/cli/src/opened-data.ts';
import { buildFolder, type FolderBuild } from '../apps/cli/src/release-command.ts';

// Builds as `aboveboard dataset build` does, and is killed by itself at a line of progress: argv are data, that line, what to build.
const [data = '', line = '', asked = ''] = process.argv.slice(2);
const opened = makeOpenedData();
const context: CommandContext = {
  data,
  json: false,
  installation: (options) => opened.installation(data, options),
  print: () => undefined,
  result: () => undefined,
  note: () => undefined,
  progress(said) {
    if (said === line) process.kill(process.pid, 'SIGKILL');
  },
};
await buildFolder(context, JSON.parse(asked) as FolderBuild);
await opened.close();
