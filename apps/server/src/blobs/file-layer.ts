import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';

/**
 * The few file operations that durability rests on, so that tests can put a disk beneath that forgets what
 * was not synced. Nothing is durable until `sync` of the file and then of its folder have resolved.
 */
export interface FileLayer {
  makeFolder(path: string): Promise<void>;
  /** Creates a file that must not exist. */
  create(path: string): Promise<NewFile>;
  /** Replaces what is at `to`, at once for every reader. */
  rename(from: string, to: string): Promise<void>;
  openFolder(path: string): Promise<OpenFolder>;
  /** Null: there is none. */
  read(path: string): Promise<Uint8Array | null>;
  /** Nothing happens when there is none. */
  remove(path: string): Promise<void>;
  /** Names in a folder; none when there is no folder. */
  names(path: string): Promise<string[]>;
  /**
   * The bytes that are at `path` now, to be overwritten where they are when the name is another file's. A layer without it
   * leaves them to the disk, and to its encryption.
   */
  wiping?(path: string): Promise<Wiping>;
}

export interface Wiping {
  /** Overwritten and synced. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenFolder {
  /** Names that were given or removed before are durable when it resolves. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export async function syncFolder(files: FileLayer, path: string): Promise<void> {
  const folder = await files.openFolder(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export interface NewFile {
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export const diskLayer: FileLayer = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },
  async create(path) {
    const file = await open(path, 'wx', 0o600);
    return {
      // One call may write less than it was given; writeFile goes on until all of it is there.
      write: (bytes) => file.writeFile(bytes),
      sync: () => file.sync(),
      close: () => file.close(),
    };
  },
  rename,
  async openFolder(path) {
    const folder = await open(path, 'r');
    return { sync: () => folder.sync(), close: () => folder.close() };
  },
  read: (path) => readFile(path).catch(noneAs(null)),
  remove: (path) => unlink(path).catch(noneAs(undefined)),
  names: (path) => readdir(path).catch(noneAs([])),
  async wiping(path) {
    const file = await open(path, 'r+');
    return {
      async wipe() {
        const { size } = await file.stat();
        await file.write(new Uint8Array(size), 0, size, 0);
        await file.sync();
      },
      close: () => file.close(),
    };
  },
};

function noneAs<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
