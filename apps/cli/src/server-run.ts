import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ROLES } from '@aboveboard/protocol/installation';
import { limitsFrom } from '@aboveboard/server/limits';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { type CommandContext, UsageError } from './command.ts';
import { signalled } from './stop-signal.ts';

const WEB = fileURLToPath(new URL('../../web/dist', import.meta.url));
const EXTENSION = fileURLToPath(new URL('../../extension/.output/chrome-mv3', import.meta.url));

export type StartFlags = {
  demo?: boolean;
  samples: boolean;
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
  const stopAsked = signalled();
  const server = await startServer({
    data: context.data,
    demo: flags.demo === true,
    samples: flags.samples,
    host: flags.host,
    port: flags.port,
    names: flags.name ?? [],
    applications: flags.application ?? [],
    web: existsSync(WEB) ? WEB : null,
    databaseUrl: process.env['DATABASE_URL'],
    limits: limitsFrom(process.env['ABOVEBOARD_LIMITS']),
    ...(flags.tlsKey && flags.tlsCert
      ? { tls: { key: readFileSync(flags.tlsKey), cert: readFileSync(flags.tlsCert) } }
      : {}),
  });
  context.result({ url: server.url, installation: server.about.installation, codes: server.codes });
  for (const line of greeting(server, context.data)) context.print(line);
  await stopAsked;
  context.note('Stopping: what is under way is finished first.');
  await server.stop();
}

function greeting(server: StartedServer, data: string): string[] {
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
