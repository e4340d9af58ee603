import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Of the key files that stewards have in a story. */
export const PASSPHRASE = 'four made up words';
const COMMAND = `${ROOT}apps/cli/bin/aboveboard.js`;

/** A demonstration installation, started by the command that an operator types. */
export type RunningInstallation = {
  data: string;
  url: string;
  /** What the start printed: one-time codes among it. */
  codes: Map<string, string>;
  guardian: { url: string; verifierKeys: string[]; setupLink: string | null };
  stop(): Promise<void>;
};

export async function startInstallation(options: {
  data: string;
  port: number;
  applications: readonly string[];
  names: readonly string[];
  guardianPort?: number;
  /** False: stewards enter the first agreement. */
  agreement?: boolean;
}): Promise<RunningInstallation> {
  const { data, port, applications, names, guardianPort, agreement = true } = options;
  const flags = [
    ...['--demo', '--no-samples', '--data', data, '--json', '--port', String(port)],
    ...(applications.length > 0 ? ['--application', ...applications] : []),
    ...(names.length > 0 ? ['--name', ...names] : []),
    ...(agreement ? [] : ['--no-agreement']),
    ...(guardianPort === undefined ? [] : ['--guardian-port', String(guardianPort)]),
  ];
  const child = spawn(process.execPath, [COMMAND, 'start', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = await untilSaid(child);
  return {
    data,
    url: said.url,
    codes: new Map(Object.entries(said.codes)),
    guardian: said.guardian,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** Runs `aboveboard` to its end and gives what it printed; throws with what it complained about. */
export function aboveboard(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ABOVEBOARD_PASSPHRASE: PASSPHRASE },
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`aboveboard ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}

type Said = { url: string; codes: Record<string, string>; guardian: RunningInstallation['guardian'] };

/** The JSON that a start prints when it serves. */
function untilSaid(child: ChildProcess): Promise<Said> {
  return new Promise((resolve, reject) => {
    let said = '';
    let complained = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (said.endsWith('}\n')) resolve(JSON.parse(said) as Said);
    });
    child.stderr?.on('data', (bytes: Buffer) => {
      complained += bytes.toString();
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${complained}`)));
  });
}
