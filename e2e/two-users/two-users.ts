import { type ChildProcess, execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StaffRole } from '@aboveboard/protocol/staff';
import { Parties } from '../../apps/server/test/production.ts';
import { nameGuardian } from '../production-installation.ts';
import { freePort } from '../real-application.ts';

/** Users that every Debian has and nothing here runs as: `daemon` and `nobody`. PostgreSQL wants one that has a name. */
export const USERS = { operator: 1, representative: 65_534 } as const;
export type UserName = keyof typeof USERS;
export type ServerAsked =
  | { ask: 'invite'; role: StaffRole }
  | { ask: 'enter'; entry: string }
  | { ask: 'stop' };

type Ended = { status: number | null; stdout: string; stderr: string };

const COMMAND = fileURLToPath(new URL('../../apps/cli/bin/aboveboard.js', import.meta.url));
/** The program of a package in the place of the checkout's; for guardian-package.slow.test.ts. */
const PACKAGED = process.env['ABOVEBOARD_TEST_GUARDIAN'];
const PROCESS = fileURLToPath(new URL('./server-process.ts', import.meta.url));

/**
 * The operator's server and the representative's guardian on one computer, each a process and a user of its own, each with a
 * folder that the other can not read. Only root can make such a pair.
 */
export class TwoUsers {
  readonly folders: Readonly<Record<UserName, string>>;
  readonly url: string;
  readonly guardian: { url: string; verifierKeys: string[]; setupLink: string | null };
  readonly verifierKeys: Readonly<Record<'rules' | 'uses', readonly string[]>>;
  readonly parties: Parties;
  readonly #server: ChildProcess;
  readonly #guardian: ChildProcess;
  #asked = 0;

  private constructor(
    folders: Record<UserName, string>,
    said: Pick<TwoUsers, 'url' | 'verifierKeys' | 'guardian'>,
    children: { server: ChildProcess; guardian: ChildProcess },
  ) {
    this.folders = folders;
    this.url = said.url;
    this.verifierKeys = said.verifierKeys;
    this.guardian = said.guardian;
    this.#server = children.server;
    this.#guardian = children.guardian;
    this.parties = new Parties({
      submit: (entry) => this.ask({ ask: 'enter', entry: Buffer.from(entry).toString('base64') }) as never,
    });
  }

  /** `work`: a folder that everyone may pass through. */
  static async start(work: string): Promise<TwoUsers> {
    const folders = { operator: join(work, 'server'), representative: join(work, 'guardian') };
    for (const name of Object.keys(folders) as UserName[]) {
      mkdirSync(folders[name], { mode: 0o711 });
      chownSync(folders[name], USERS[name], USERS[name]);
    }
    const port = await freePort();
    const guarding = spawn(
      PACKAGED ?? process.execPath,
      [
        ...(PACKAGED ? [] : [COMMAND]),
        ...['--json', '--data', folders.representative, 'guardian'],
        ...['--server', `http://127.0.0.1:${port}`, '--port', '0'],
      ],
      // A program of a package is nowhere near the checkout.
      { ...identity('representative'), stdio: ['ignore', 'pipe', 'inherit'], cwd: '/' },
    );
    try {
      const guardian = await firstJson<TwoUsers['guardian']>(guarding);
      await nameGuardian(folders.operator, guardian);
      const serving = fork(PROCESS, [folders.operator, String(port)], {
        ...identity('operator'),
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      const said = await new Promise<Pick<TwoUsers, 'url' | 'verifierKeys'>>((resolve, reject) => {
        serving.once('message', (message) => resolve(message as never));
        serving.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
      });
      return new TwoUsers(folders, { ...said, guardian }, { server: serving, guardian: guarding });
    } catch (error) {
      await ended(guarding);
      throw error;
    }
  }

  ask(asked: ServerAsked): Promise<unknown> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const heard = (message: { id?: number; said?: unknown; fault?: string }) => {
        if (message.id !== id) return;
        this.#server.off('message', heard);
        if (message.fault === undefined) resolve(message.said);
        else reject(new Error(message.fault));
      };
      this.#server.on('message', heard);
      this.#server.send({ id, ...asked });
    });
  }

  /** Runs `aboveboard` to its end as one of the two. */
  async aboveboard(user: UserName, ...args: string[]): Promise<Ended> {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      ...identity(user),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (bytes: Buffer) => {
        said[name] += bytes;
      });
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, ...said };
  }

  /** Can this user read or list it? Tried as that user. */
  canRead(user: UserName, path: string): boolean {
    const { status } = spawnSync('cat', [path], { ...identity(user), stdio: 'ignore' });
    const listed = spawnSync('ls', [path], { ...identity(user), stdio: 'ignore' });
    return status === 0 || listed.status === 0;
  }

  /** A copy of a folder as a backup would be, for one of the two to read. */
  backup(from: string, to: string, user: UserName): string {
    execFileSync('cp', ['-a', from, to]);
    execFileSync('chown', ['-R', `${USERS[user]}:${USERS[user]}`, to]);
    chmodSync(to, 0o700);
    return to;
  }

  async stop(): Promise<void> {
    await Promise.all([ended(this.#server), ended(this.#guardian)]);
  }
}

function identity(user: UserName) {
  const env = { ...process.env, HOME: '/nonexistent' };
  return { uid: USERS[user], gid: USERS[user], env };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  else child.kill('SIGTERM');
  await gone;
}

async function firstJson<T>(child: ChildProcess): Promise<T> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    try {
      return JSON.parse(text) as T;
    } catch {
      // Not all of it yet.
    }
  }
  throw new Error(`it ended: ${text}`);
}
