import { createHash } from 'node:crypto';
import { lstat, mkdir, realpath } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

/** What is wrong with the folder, in a sentence for its owner. */
export class FolderFault extends Error {
  override readonly name = 'FolderFault';
}

export type RecorderFolder = { path: string; recordings: string; keys: string; release(): Promise<void> };

/**
 * The folder of one recorder, held until `release` (DSK50, DSK51). FolderFault where it is somebody else's, where others
 * may read it, and where another recorder holds it.
 */
export async function holdFolder(path: string): Promise<RecorderFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const real = await realpath(path);
  const lock = await heldLock(real);
  try {
    const [recordings, keys] = [join(real, 'recordings'), join(real, 'keys')];
    for (const folder of [real, recordings, keys]) await makeOwn(folder);
    return {
      path: real,
      recordings,
      keys,
      release: () => new Promise((resolve) => lock.close(() => resolve())),
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

async function makeOwn(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const { uid, mode } = await lstat(folder);
  if (uid !== process.getuid?.()) throw new FolderFault('The recorder’s folder belongs to somebody else.');
  if ((mode & 0o077) !== 0) {
    throw new FolderFault(
      'Others may look into the recorder’s folder. Take that away (chmod 700), then start again.',
    );
  }
}

/** A name that the kernel gives to one process at a time, and takes back when that ends, however it ends. */
async function heldLock(path: string): Promise<Server> {
  const name = createHash('sha256').update(`${process.getuid?.()} ${path}`).digest('hex');
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new FolderFault('Another recorder runs on this folder already.', { cause })),
    );
    server.listen(`\0aboveboard-recorder-${name}`, resolve);
  });
  server.unref();
  return server;
}
