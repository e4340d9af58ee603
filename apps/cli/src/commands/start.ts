import { type Command, Option } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';
import { portNumber } from '../port-number.ts';
import type { StartFlags } from '../server-run.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('start')
    .helpGroup(GROUPS.installation)
    .summary('start the server')
    .description(
      'Start the server of the installation in the data folder. With --demo it is a demonstration: on this ' +
        'computer only, with an agreement, task cards and codes of its own, and marked so everywhere.',
    )
    .option('--demo', 'a demonstration; its data never become production data')
    .option('--no-samples', 'with --demo: without the sample recordings')
    .option('--no-agreement', 'with --demo: without an agreement; stewards draft and sign one on their pages')
    .option('--no-guardian', 'with --demo: without the guardian of the made-up representative')
    .option('--guardian-port <number>', "with --demo: the guardian's port (default: the next)", portNumber)
    .option('--port <number>', 'port to listen on', portNumber, 4870)
    .option('--host <address>', 'address to listen on; more than this computer needs TLS', '127.0.0.1')
    .option('--name <host:port...>', 'names by which browsers reach it, where a proxy stands before it')
    .addOption(
      new Option(
        '--application <origin...>',
        'with --demo: further origins on this computer that may be recorded',
      ),
    )
    .option('--tls-key <file>', 'private key (PEM)')
    .option('--tls-cert <file>', 'certificate chain (PEM)')
    .addHelpText(
      'after',
      `
DATABASE_URL      a PostgreSQL to use in place of the built-in one
ABOVEBOARD_LIMITS limits to change, as JSON: {"requestsPerSecond": 50}`,
    )
    .action(async (options: StartFlags) => {
      const { startFromCommand } = await import('../server-run.ts');
      await startFromCommand(options, context);
    });
}
