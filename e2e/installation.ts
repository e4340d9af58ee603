import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMMAND = `${ROOT}apps/cli/bin/aboveboard.js`;

/** A demonstration installation, started by the command that an operator types. */
export type RunningInstallation = {
  data: string;
  port: number;
  /** What the start printed: one-time codes among it. */
  codes: Map<string, string>;
  stop(): Promise<void>;
};

export async function startInstallation(options: {
  data: string;
  port: number;
  applications: readonly string[];
  names: readonly string[];
}): Promise<RunningInstallation> {
  const { data, port, applications, names } = options;
  const flags = [
    ...['--demo', '--data', data, '--port', String(port)],
    ...['--application', ...applications],
    ...['--name', ...names],
  ];
  const child = spawn(process.execPath, [COMMAND, 'start', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = await untilSaid(child, /Stop with/);
  const codes = new Map(
    [...said.matchAll(/^\s+(\w+)\s+([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})$/gm)].map(([, role, code]) => [
      role as string,
      code as string,
    ]),
  );
  return {
    data,
    port,
    codes,
    async stop() {
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
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`aboveboard ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}

function untilSaid(child: ChildProcess, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (bytes: Buffer) => {
      said += bytes.toString();
      if (wanted.test(said)) resolve(said);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
  });
}
