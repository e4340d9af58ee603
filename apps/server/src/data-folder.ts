import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { hasStarted, processStart } from './process-start.ts';

/**
 * The one folder that an installation lives in, and the lock that makes one server its owner. Everything in
 * it is the server's; only the database's own folders belong to the user that PostgreSQL runs as.
 */
export type DataFolder = FolderPaths & {
  /** Publishes how commands join the running server; removed by `release`. */
  announce(running: RunningServer): void;
  release(): void;
};

export type FolderPaths = { root: string; postgres: string; blobs: string; keys: string; agreement: string };

export function folderPaths(path: string): FolderPaths {
  const root = resolve(path);
  const below = (name: string) => join(root, name);
  return {
    root,
    postgres: below('postgres'),
    blobs: below('blobs'),
    keys: below('keys'),
    agreement: below('agreement'),
  };
}

/** What a command needs to work beside the server that holds the folder. */
export type RunningServer = {
  pid: number;
  /** Start of that process as the kernel counts it: a pid alone may be a later process's. */
  started: string;
  url: string | null;
  databaseUrl: string | null;
};

export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
  readonly code: 'in-use' | 'unusable';
  constructor(code: 'in-use' | 'unusable', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Takes the folder for this process, making it if need be. DataFolderError `in-use` names the process that
 * has it. A lock whose process is gone (kill -9, power cut) is taken over.
 */
export async function takeDataFolder(path: string): Promise<DataFolder> {
  const paths = folderPaths(path);
  const { root } = paths;
  try {
    mkdirSync(root, { recursive: true, mode: 0o711 });
    // PostgreSQL runs as another user then, and passes through to its own folder.
    if (process.getuid?.() === 0) chmodSync(root, statSync(root).mode | 0o001);
    for (const name of [paths.blobs, paths.keys, paths.agreement])
      mkdirSync(name, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new DataFolderError('unusable', `The data folder ${root} cannot be made or written.`, { cause });
  }
  const lock = join(root, 'server.lock');
  const mine: RunningServer = {
    pid: process.pid,
    started: processStart(process.pid) ?? '',
    url: null,
    databaseUrl: null,
  };
  await takeLock(lock, mine);
  return {
    ...paths,
    announce(running) {
      const next = `${lock}.${randomBytes(6).toString('hex')}`;
      writeFileSync(next, JSON.stringify(running), { mode: 0o600 });
      renameSync(next, lock);
    },
    release() {
      if (readLock(lock)?.pid === process.pid) rmSync(lock, { force: true });
    },
  };
}

/** The live server that holds the folder; null: none does. */
export function runningServer(path: string): RunningServer | null {
  const holder = readLock(join(resolve(path), 'server.lock'));
  return holder && hasStarted(holder.pid, holder.started) ? holder : null;
}

async function takeLock(lock: string, mine: RunningServer): Promise<void> {
  const draft = `${lock}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  await file.writeFile(JSON.stringify(mine));
  await file.sync();
  await file.close();
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        // link(2) fails when the name exists: of two servers that start at once one gets it.
        await link(draft, lock);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readLock(lock);
      if (holder && hasStarted(holder.pid, holder.started)) {
        throw new DataFolderError(
          'in-use',
          `The data folder ${resolve(lock, '..')} is in use by the server with process id ${holder.pid}. ` +
            'Stop that one first, or choose another folder with --data.',
        );
      }
      await removeStale(lock, holder);
    }
    throw new DataFolderError('in-use', `The lock ${lock} changes hands; try again.`);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Moves the dead lock aside and looks at what was moved: it must be the one that was judged dead. */
async function removeStale(lock: string, judged: RunningServer | null): Promise<void> {
  const aside = `${lock}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  const moved = await readFile(aside, 'utf8').catch(() => '');
  const holder = parseLock(moved);
  if (holder && holder.pid !== judged?.pid && hasStarted(holder.pid, holder.started)) {
    await link(aside, lock).catch(() => undefined);
  }
  await rm(aside, { force: true });
}

function readLock(lock: string): RunningServer | null {
  try {
    return parseLock(readFileSync(lock, 'utf8'));
  } catch {
    return null;
  }
}

function parseLock(text: string): RunningServer | null {
  try {
    const value = JSON.parse(text) as RunningServer;
    return Number.isInteger(value.pid) && typeof value.started === 'string' ? value : null;
  } catch {
    return null;
  }
}
