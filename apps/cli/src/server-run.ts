import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StartedGuardian } from '@aboveboard/guardian/start';
import { ROLES } from '@aboveboard/protocol/installation';
import { limitsFrom } from '@aboveboard/server/limits';
import { type StartedServer, type StartOptions, startServer } from '@aboveboard/server/start';
import { type CommandContext, UsageError } from './command.ts';
import { forgetDemonstrationGuardian, startDemonstrationGuardian } from './demonstration-guardian.ts';
import { freePort } from './free-port.ts';
import { signalled } from './stop-signal.ts';

const WEB = fileURLToPath(new URL('../../web/dist', import.meta.url));
const EXTENSION = fileURLToPath(new URL('../../extension/.output/chrome-mv3', import.meta.url));

export type StartFlags = {
  demo?: boolean;
  samples: boolean;
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
    guardian: guardian && { url: guardian.url, verifierKeys: guardian.verifierKeys },
  });
  for (const line of greeting(server, guardian, context.data)) context.print(line);
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
    return { server, guardian };
  } catch (error) {
    await (guardian as StartedGuardian | null)?.stop();
    throw error;
  }
}

function greeting(server: StartedServer, guardian: StartedGuardian | null, data: string): string[] {
  const { url, about, codes } = server;
  const lines = ['', `Aboveboard runs at ${url}`, `Data are in ${data}`, ''];
  if (about.installation === 'production') {
    if (!about.agreement) {
      lines.push('No agreement is installed, so recorders refuse. Put one in the folder "agreement" there.');
    }
    return [
      ...lines,
      'Nobody can enrol here yet: signed agreements and their codes are not part of this version.',
      '',
    ];
  }
  lines.push(
    'This is a demonstration: made-up parties, keys that protect nothing. Record nothing real with it.',
    '',
    'Codes to sign in with, each good once, for a day:',
  );
  const longest = Math.max(...ROLES.map((role) => role.length));
  for (const role of ROLES) {
    const code = codes[role];
    if (code) lines.push(`  ${role.padEnd(longest)}  ${code}`);
  }
  if (guardian) {
    lines.push(
      '',
      `The made-up representative's guardian runs at ${guardian.url}. In earnest it is a machine of the`,
      'representative\'s own ("aboveboard guardian"); this one only shows what it does.',
    );
  }
  lines.push('', `Without installing anything: ${url}/try`, '');
  if (existsSync(EXTENSION)) {
    lines.push(
      'To record in your own Chromium or Chrome: open chrome://extensions, switch on "Developer mode",',
      'choose "Load unpacked" and this folder:',
      `  ${EXTENSION}`,
      `Then open the recorder's panel and give it the address ${url} and the contributor's code.`,
    );
  } else {
    lines.push('The recorder for Chromium is not built. "npm run build" builds it, then start again.');
  }
  lines.push('', 'Stop with Ctrl-C.', '');
  return lines;
}
