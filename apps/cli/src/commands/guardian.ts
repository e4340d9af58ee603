import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';
import type { GuardianFlags } from '../guardian-run.ts';
import { portNumber } from '../port-number.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('guardian')
    .helpGroup(GROUPS.installation)
    .summary("start the representative's guardian")
    .description(
      'Start the guardian in the data folder, on the machine of the employees’ representative. It hides the ' +
        'addresses of recorders from the server, watches the logs, deals codes to all employees, and takes ' +
        'objections and ballots.',
    )
    .requiredOption('--server <address>', 'the server, as https://...')
    .option('--port <number>', 'port to listen on', portNumber, 4880)
    .option('--host <address>', 'address to listen on; more than this computer needs TLS', '127.0.0.1')
    .option('--name <host...>', 'further names that it is reached by, as behind a proxy')
    .option('--tls-key <file>', 'private key (PEM)')
    .option('--tls-cert <file>', 'certificate chain (PEM)')
    .action(async (options: GuardianFlags) => {
      const { guardianFromCommand } = await import('../guardian-run.ts');
      await guardianFromCommand(options, context);
    });
}
