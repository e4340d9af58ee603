import { readFileSync } from 'node:fs';
import { startGuardian } from '@aboveboard/guardian/start';
import { type CommandContext, UsageError } from './command.ts';
import { signalled } from './stop-signal.ts';

export type GuardianFlags = {
  server: string;
  port: number;
  host: string;
  tlsKey?: string;
  tlsCert?: string;
  name?: string[];
};

/** Runs the guardian until a signal; resolves when it has stopped. */
export async function guardianFromCommand(flags: GuardianFlags, context: CommandContext): Promise<void> {
  if ((flags.tlsKey === undefined) !== (flags.tlsCert === undefined)) {
    throw new UsageError('TLS needs both --tls-key and --tls-cert.');
  }
  const stopAsked = signalled();
  const guardian = await startGuardian({
    data: context.data,
    server: flags.server,
    host: flags.host,
    port: flags.port,
    ...(flags.name ? { names: flags.name } : {}),
    ...(flags.tlsKey && flags.tlsCert
      ? { tls: { key: readFileSync(flags.tlsKey), cert: readFileSync(flags.tlsCert) } }
      : {}),
  });
  const { url, verifierKeys, setupLink } = guardian;
  context.result({ url, verifierKeys, setupLink });
  context.print('');
  context.print(`The guardian runs at ${guardian.url}`);
  context.print(`Its data are in ${context.data}`);
  if (setupLink !== null) {
    context.print('');
    context.print('The representative opens this link once, on this computer, and sets her passphrase:');
    context.print(`  ${setupLink}`);
  }
  context.print('');
  context.print('It witnesses the logs of the server under these keys, for the policies of others:');
  for (const key of guardian.verifierKeys) context.print(`  ${key}`);
  context.print('');
  context.print('Stop with Ctrl-C.');
  await stopAsked;
  await guardian.stop();
}
