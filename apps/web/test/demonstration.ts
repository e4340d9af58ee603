import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Role } from '@aboveboard/protocol/installation';

const COMMAND = fileURLToPath(new URL('../../cli/bin/aboveboard.js', import.meta.url));

export type Demonstration = {
  url: string;
  codes: Record<Role, string>;
  /** Ends the server and removes its data. Idempotent. */
  stop(): Promise<void>;
};

/** A demonstration as `aboveboard start --demo` starts it, on a free port, with a data folder of its own. */
export async function startDemonstration({ port = 0 } = {}): Promise<Demonstration> {
  const data = mkdtempSync(join(tmpdir(), 'aboveboard-web-'));
  // As root, PostgreSQL runs as another user, who must get in.
  chmodSync(data, 0o711);
  const server = spawn(
    process.execPath,
    [COMMAND, '--json', '--data', join(data, 'data'), 'start', '--demo', '--port', String(port)],
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
