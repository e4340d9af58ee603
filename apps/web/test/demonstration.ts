import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Role } from '@aboveboard/protocol/installation';
import type { StaffRole } from '@aboveboard/protocol/staff';

const COMMAND = fileURLToPath(new URL('../../cli/bin/aboveboard.js', import.meta.url));

export type Demonstration = {
  url: string;
  codes: Record<Role, string>;
  /** Its data folder. */
  data: string;
  /** Ends the server and removes its data. Idempotent. */
  stop(): Promise<void>;
};

/** A demonstration as `aboveboard start --demo` starts it, on a free port, with a data folder of its own. */
export function startDemonstration({ port = 0 } = {}): Promise<Demonstration> {
  return startInstallation(['--demo', '--port', String(port)]);
}

export type Production = Demonstration & {
  /** For an account, as the operator makes one. */
  invitation(role: StaffRole): Promise<string>;
};

/** An installation for real work, with nothing in it. */
export async function startProduction(): Promise<Production> {
  const production = await startInstallation(['--port', '0']);
  return {
    ...production,
    async invitation(role) {
      const args = ['--json', '--data', production.data, 'staff', 'invite', '--role', role];
      const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, ...args]);
      return (JSON.parse(stdout) as { invitation: string }).invitation;
    },
  };
}

async function startInstallation(flags: readonly string[]): Promise<Demonstration> {
  const data = mkdtempSync(join(tmpdir(), 'aboveboard-web-'));
  // As root, PostgreSQL runs as another user, who must get in.
  chmodSync(data, 0o711);
  const server = spawn(
    process.execPath,
    [COMMAND, '--json', '--data', join(data, 'data'), 'start', ...flags],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = once(server, 'exit');
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const { url, codes } = await announced(server);
    return {
      url,
      codes,
      data: join(data, 'data'),
      stop: () => {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the command prints with `--json` once it listens. */
async function announced(server: ChildProcess): Promise<Pick<Demonstration, 'url' | 'codes'>> {
  let printed = '';
  let complaint = '';
  server.stderr?.on('data', (bytes) => {
    complaint += bytes;
  });
  for await (const bytes of server.stdout ?? []) {
    printed += bytes;
    if (printed.endsWith('}\n')) {
      // The rest is not wanted, but somebody must read it.
      server.stdout?.resume();
      return JSON.parse(printed) as Pick<Demonstration, 'url' | 'codes'>;
    }
  }
  throw new Error(`the demonstration did not start: ${complaint}`);
}
