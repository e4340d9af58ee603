import { join } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('vault')
    .helpGroup(GROUPS.installation)
    .summary("keep the vault's halves of keys in a process of their own")
    .description(
      'Start the vault in the data folder, under a user of its own. The server then holds no half of a key: it asks the ' +
        'vault over a socket, and the vault gives nothing before it has proved the grant, the rules and the entry in the ' +
        'log itself. It needs the enrolment file in its folder, as enrolment.json, and core dumps off.',
    )
    .requiredOption('--server <address>', 'the server, whose logs are read: http://127.0.0.1:4870')
    .option('--socket <path>', 'where it listens (default: vault.sock in the data folder)')
    .action(async (options: { server: string; socket?: string }) => {
      const { startVault } = await import('@aboveboard/server/vault/start-vault');
      const { formatVaultAddress } = await import('@aboveboard/server/keys/vault-address');
      const { signalled } = await import('../stop-signal.ts');
      const stopAsked = signalled();
      const vault = await startVault({
        data: context.data,
        server: options.server,
        socket: options.socket ?? join(context.data, 'vault.sock'),
      });
      const { socket, recipient, hasEnrolment } = vault;
      context.result({ socket, recipient, hasEnrolment });
      context.print('');
      context.print(`The vault listens at ${socket}`);
      context.print(`Its halves and its key are in ${context.data}`);
      context.print('');
      context.print(
        'The server asks this vault when these two lines stand in vault-address in its data folder:',
      );
      for (const line of formatVaultAddress(vault).trimEnd().split('\n')) context.print(`  ${line}`);
      if (!hasEnrolment) {
        context.print('');
        context.print(
          'There is no enrolment.json in its folder yet. Until it is there, nothing is kept or given.',
        );
      }
      context.print('');
      context.print('Stop with Ctrl-C.');
      await stopAsked;
      await vault.stop();
    });
}
