import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StartedGuardian } from '@aboveboard/guardian/start';
import { limitsFrom } from '@aboveboard/server/limits';
import { type StartedServer, type StartOptions, startServer } from '@aboveboard/server/start';
import { type CommandContext, UsageError } from './command.ts';
import {
  enrolDemonstrationProbe,
  forgetDemonstrationGuardian,
  startDemonstrationGuardian,
} from './demonstration-guardian.ts';
import { freePort } from './free-port.ts';
import { startGreeting } from './start-greeting.ts';
import { signalled } from './stop-signal.ts';

const WEB = fileURLToPath(new URL('../../web/dist', import.meta.url));

export type StartFlags = {
  demo?: boolean;
  samples: boolean;
  agreement: boolean;
  guardian: boolean;
  guardianPort?: number;
  port: number;
  host: string;
  name?: string[];
  application?: string[];
  tlsKey?: string;
  tlsCert?: string;
};

/** Runs the server until a signal; resolves when it has stopped. */
export async function startFromCommand(flags: StartFlags, context: CommandContext): Promise<void> {
  if ((flags.tlsKey === undefined) !== (flags.tlsCert === undefined)) {
    throw new UsageError('TLS needs both --tls-key and --tls-cert.');
  }
  if (flags.application && !flags.demo) {
    throw new UsageError('--application is for --demo; elsewhere the agreement lists what may be recorded.');
  }
  if (flags.guardianPort !== undefined && !(flags.demo && flags.guardian)) {
    throw new UsageError(
      '--guardian-port is for --demo; elsewhere the representative runs "aboveboard guardian".',
    );
  }
  const stopAsked = signalled();
  const { server, guardian } = await startAll(flags, {
    data: context.data,
    demo: flags.demo === true,
    samples: flags.samples,
    agreement: flags.agreement,
    host: flags.host,
    names: flags.name ?? [],
    applications: flags.application ?? [],
    web: existsSync(WEB) ? WEB : null,
    databaseUrl: process.env['DATABASE_URL'],
    limits: limitsFrom(process.env['ABOVEBOARD_LIMITS']),
    ...(flags.tlsKey && flags.tlsCert
      ? { tls: { key: readFileSync(flags.tlsKey), cert: readFileSync(flags.tlsCert) } }
      : {}),
  });
  context.result({
    url: server.url,
    installation: server.about.installation,
    codes: server.codes,
    guardian: guardian && {
      url: guardian.url,
      verifierKeys: guardian.verifierKeys,
      setupLink: guardian.setupLink,
    },
  });
  for (const line of startGreeting(server, guardian, context.data)) context.print(line);
  await stopAsked;
  context.note('Stopping: what is under way is finished first.');
  await server.stop();
  await guardian?.stop();
}

/** A demonstration has a guardian beside it, unless it is not wanted or the server speaks TLS under its own keys. */
async function startAll(
  flags: StartFlags,
  options: StartOptions & { host: string },
): Promise<{ server: StartedServer; guardian: StartedGuardian | null }> {
  const { data, host } = options;
  if (!options.demo || !flags.guardian || options.tls) {
    const onClaimed = () => forgetDemonstrationGuardian(data);
    return { server: await startServer({ ...options, port: flags.port, onClaimed }), guardian: null };
  }
  const port = flags.port || (await freePort(host));
  let guardian: StartedGuardian | null = null;
  try {
    const server = await startServer({
      ...options,
      port,
      onClaimed: async () => {
        const wanted = { data, host, serverPort: port, port: flags.guardianPort };
        guardian = await startDemonstrationGuardian(wanted);
      },
    });
    if (guardian) await enrolDemonstrationProbe(server, guardian);
    return { server, guardian };
  } catch (error) {
    await (guardian as StartedGuardian | null)?.stop();
    throw error;
  }
}
