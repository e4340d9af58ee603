import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type StartedGuardian, startGuardian } from '@aboveboard/guardian/start';
import { invitationLines, inviteProbe } from '@aboveboard/server/identity/probe-invitations';
import type { StartedServer } from '@aboveboard/server/start';
import { CommandFailure } from './command.ts';
import { freePort } from './free-port.ts';

/** Begins a policy that a demonstration wrote for itself, and may replace. */
const MARK = '# DEMONSTRATION: written anew at each start.\n';

/**
 * The guardian of a demonstration's made-up representative, below the data folder and in the server's own
 * process: it shows what a guardian does and protects nothing. It is up before the server, whose policy names
 * it: it learns the keys of the logs when it is first asked to cosign.
 */
export async function startDemonstrationGuardian(options: {
  data: string;
  host: string;
  /** Where the server will listen. */
  serverPort: number;
  /** Undefined: the server's next, or any if that is taken. */
  port?: number | undefined;
  /** Seconds since the epoch; the computer's clock by default. */
  now?: () => number;
}): Promise<StartedGuardian> {
  const { data, host, serverPort, now } = options;
  const policy = join(data, 'log-policy');
  const address = join(data, 'guardian-address');
  await refuseOwn(policy, 'witnesses');
  await refuseOwn(address, 'a guardian');
  const guardian = await startGuardian({
    data: join(data, 'guardian'),
    server: `http://${host.includes(':') ? `[${host}]` : host}:${serverPort}`,
    host,
    port: options.port ?? (await freePort(host, serverPort + 1 > 65_535 ? 0 : serverPort + 1)),
    ...(now ? { now } : {}),
  });
  await writeFile(policy, policyOf(guardian), { mode: 0o644 });
  await writeFile(address, `${MARK}${guardian.url}\n`, { mode: 0o644 });
  return guardian;
}

/**
 * The guardian of a demonstration that is stopped, for as long as a command works on its data: while the server
 * runs its guardian does, and a command that opens something needs it as much. The data folder is the command's
 * own. Null: the demonstration was last started without one, or this is none.
 */
export async function wakeDemonstrationGuardian(data: string): Promise<StartedGuardian | null> {
  const [mark, origin = ''] = (await textOf(join(data, 'guardian-address')))?.split('\n') ?? [];
  if (`${mark}\n` !== MARK || !URL.canParse(origin)) return null;
  const { hostname, port } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  // There is no server to ask: it knows the keys of the logs since the demonstration first ran.
  return startDemonstrationGuardian({ data, host, serverPort: 1, port: await freePort(host, Number(port)) });
}

/** A demonstration that is started without a guardian asks nobody, whatever the start before had. */
export async function forgetDemonstrationGuardian(data: string): Promise<void> {
  for (const path of [join(data, 'log-policy'), join(data, 'guardian-address')])
    if ((await textOf(path))?.startsWith(MARK)) await rm(path, { force: true });
}

/** What the operator and the representative do by hand elsewhere: without accounts the probe tries no role (IDN70). */
export async function enrolDemonstrationProbe(
  { installation }: Pick<StartedServer, 'installation'>,
  guardian: StartedGuardian,
): Promise<void> {
  if (guardian.probeRoles().length > 0) return;
  const { inner, uses } = installation;
  const invitations = await inviteProbe({ database: inner.database, uses }, 1);
  await guardian.enrolProbe(invitationLines(invitations));
}

/** Both keys of the one witness: a checkpoint counts when it has cosigned with each. */
function policyOf({ verifierKeys, url }: StartedGuardian): string {
  const names = verifierKeys.map((_, index) => `guardian-${index + 1}`);
  const witnesses = verifierKeys.map((key, index) => `witness ${names[index]} ${key} ${url}/witness\n`);
  return `${MARK}${witnesses.join('')}group parties all ${names.join(' ')}\nquorum parties\n`;
}

async function refuseOwn(path: string, whom: string): Promise<void> {
  const text = await textOf(path);
  if (text === null || text.startsWith(MARK)) return;
  throw new CommandFailure(
    `${path} names ${whom} of your own. Start the demonstration with --no-guardian, or remove that file.`,
  );
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}
