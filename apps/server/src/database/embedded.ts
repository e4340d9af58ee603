import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { stopOrphan } from './postgres-orphan.ts';
import { type PostgresOwner, postgresOwner, requirePassage } from './postgres-owner.ts';

/**
 * PostgreSQL as a child of this process, below the data folder. It listens on a socket in a folder that
 * only its user (and root) can pass, and on no network address. Whoever holds the data folder's lock owns
 * it: one that a killed server left running is stopped first. When it dies it is started again.
 */
export type EmbeddedPostgres = {
  /** postgresql:// URL for the pool. */
  readonly url: string;
  /** Process id of the server as it is now; for tests that kill it. */
  readonly pid: () => number | undefined;
  readonly up: () => boolean;
  /** Close every pool first: what is still connected is cut off. */
  stop(): Promise<void>;
};

/**
 * Durability is not for configuration: an acknowledged part must outlive a power cut. Logs carry no
 * statements, parameters or keys: they would hold ids of recordings.
 */
const SETTINGS = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  listen_addresses: '',
  max_connections: '40',
  shared_buffers: '32MB',
  log_statement: 'none',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  logging_collector: 'off',
};

export async function startEmbedded(
  folder: string,
  onState: (up: boolean) => void,
): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') {
    throw new Error(
      'The built-in PostgreSQL is not used on Windows yet: set DATABASE_URL to a PostgreSQL 16 or newer.',
    );
  }
  const [binaries, owner] = await Promise.all([postgresBinaries(), postgresOwner()]);
  requirePassage(folder, owner, 'its data');
  requirePassage(binaries.postgres, owner, 'its programs');
  if (!existsSync(folder)) await initialise(binaries, owner, folder);
  const sockets = socketFolder(folder, owner);
  await stopOrphan(folder, sockets);

  let child: ChildProcess | undefined;
  let stopping = false;
  let restarting: Promise<void> | undefined;

  async function run(): Promise<void> {
    child = await launch(binaries, owner, folder, sockets);
    onState(true);
    child.once('exit', () => {
      child = undefined;
      if (stopping) return;
      onState(false);
      restarting = restart();
    });
  }

  // Backends of a killed server need a moment to notice and let go of the shared memory.
  async function restart(): Promise<void> {
    for (let wait = 50; !stopping; wait = Math.min(wait * 2, 2000)) {
      try {
        await stopOrphan(folder, sockets);
        return await run();
      } catch {
        await sleep(wait);
      }
    }
  }

  await run();
  return {
    url: `postgresql://aboveboard@/postgres?host=${encodeURIComponent(sockets)}`,
    pid: () => child?.pid,
    up: () => child !== undefined,
    async stop() {
      stopping = true;
      await restarting;
      const running = child;
      if (running) {
        const gone = new Promise((resolve) => running.once('exit', resolve));
        running.kill('SIGINT');
        const hard = setTimeout(() => running.kill('SIGQUIT'), 10_000);
        await gone;
        clearTimeout(hard);
      }
      if (!sockets.startsWith(folder)) rmSync(sockets, { recursive: true, force: true });
    },
  };
}

/** Paths of sockets are at most 107 bytes (103 on macOS): a deep data folder needs another place. */
function socketFolder(folder: string, owner: PostgresOwner): string {
  if (Buffer.byteLength(join(folder, '.s.PGSQL.5432')) < 100) return folder;
  const short = mkdtempSync(join(tmpdir(), 'aboveboard-'));
  if (owner) chownSync(short, owner.uid, owner.gid);
  return short;
}

/** Made beside its place and moved there when it is whole: a kill in between leaves nothing that looks like one. */
async function initialise(binaries: PostgresBinaries, owner: PostgresOwner, folder: string): Promise<void> {
  const making = `${folder}.new`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true, mode: 0o700 });
  if (owner) chownSync(making, owner.uid, owner.gid);
  const args = [
    `--pgdata=${making}`,
    // Who can pass the folder that holds the socket is its user or root already.
    '--auth-local=trust',
    '--auth-host=reject',
    '--username=aboveboard',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ];
  const child = spawn(binaries.initdb, args, {
    ...identity(owner),
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = keepTail(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`PostgreSQL could not make its data folder ${folder}: ${said()}`);
  renameSync(making, folder);
}

function launch(
  binaries: PostgresBinaries,
  owner: PostgresOwner,
  folder: string,
  sockets: string,
): Promise<ChildProcess> {
  const settings = { ...SETTINGS, unix_socket_directories: sockets };
  const args = [
    '-D',
    folder,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const child = spawn(binaries.postgres, args, {
    ...identity(owner),
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    // Ctrl-C goes to the whole group: the server must be able to drain before the database stops.
    detached: true,
  });
  const said = keepTail(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`PostgreSQL did not start on ${folder}: ${said()}`)));
    child.stderr?.on('data', () => {
      if (!said().includes('database system is ready to accept connections')) return;
      child.removeAllListeners('exit');
      child.stderr?.removeAllListeners('data');
      child.stderr?.resume();
      resolve(child);
    });
  });
}

/** Nothing of the server's environment: no secrets, no PG* settings, messages in English. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

function identity(owner: PostgresOwner): { uid?: number; gid?: number } {
  return owner ? { uid: owner.uid, gid: owner.gid } : {};
}

function keepTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-4000);
  });
  return () => tail.trim();
}
