import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Role } from '@aboveboard/protocol/installation';

/** The server as a person starts it: the command, in a process of its own. */
export type RunningServer = {
  url: string;
  codes: Partial<Record<Role, string>>;
  child: ChildProcess;
  /** SIGTERM, and what it exited with. */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves when it is gone. PostgreSQL is left running, as it would be. */
  kill(): Promise<void>;
};

const MAIN = fileURLToPath(new URL('../apps/cli/bin/aboveboard.js', import.meta.url));

export async function runServer(
  data: string,
  port = 0,
  limits: Record<string, number> = {},
): Promise<RunningServer> {
  const child = spawn(
    process.execPath,
    [MAIN, '--data', data, '--json', 'start', '--demo', '--port', String(port)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ABOVEBOARD_LIMITS: JSON.stringify(limits) },
    },
  );
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said = (said + chunk).slice(-4000);
  });
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const started = await firstJson(child);
  if (!started) throw new Error(`the server did not start: ${said}`);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return gone;
  };
  return {
    ...started,
    child,
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
  };
}

/** Process id of the PostgreSQL that runs on a data folder; 0 when there is none. */
export function postgresPid(data: string): number {
  try {
    return Number(readFileSync(join(data, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]) || 0;
  } catch {
    return 0;
  }
}

async function firstJson(child: ChildProcess): Promise<Pick<RunningServer, 'url' | 'codes'> | null> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    try {
      return JSON.parse(text);
    } catch {
      // Not all of it yet.
    }
  }
  return null;
}
