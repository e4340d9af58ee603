import type { Command } from 'commander';
import { type CommandContext, GROUPS, UsageError } from '../command.ts';

type WorkerFlags = { build?: string; pictures?: true; browsers: string };

export function register(program: Command, context: CommandContext): void {
  program
    .command('worker')
    .helpGroup(GROUPS.datasets)
    .summary('do steps of releases that are being built')
    .description(
      'Take steps of releases that `aboveboard dataset build --workers` builds, and do them, until it is told to end (Ctrl-C). Any number may ' +
        'run, on every computer that sees the data folder and the folder of the build under the same names. It reads under the grant of the ' +
        'build, by an access of its own in the log; when the grant ends, it stops.',
    )
    .option('--build <id>', 'steps of this build alone; ends with it')
    .option('--pictures', 'of builds that draw pictures, instead of those that draw none')
    .option('--browsers <n>', 'how many draw at once', '1')
    .action(async (flags: WorkerFlags) => {
      const browsers = Number(flags.browsers);
      if (!(Number.isInteger(browsers) && browsers >= 1 && browsers <= 64))
        throw new UsageError('--browsers is a whole number from 1 to 64.');
      const { runWorker } = await import('../worker-run.ts');
      const steps = await runWorker(context, {
        build: flags.build ?? null,
        browsers: flags.pictures ? browsers : null,
      });
      context.result({ steps });
      context.print(`ended       after ${steps} steps`);
    });
}
