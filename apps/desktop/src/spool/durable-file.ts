import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Whole and durable when it resolves, also after a power cut: the old file or the new one. For its owner alone. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const fresh = `${path}.new`;
  await synced(fresh, 'w', (file) => file.writeFile(bytes));
  await rename(fresh, path);
  await syncFolder(dirname(path));
}

export async function syncFolder(path: string): Promise<void> {
  await synced(path, 'r', async () => undefined);
}

async function synced(path: string, flags: string, work: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await work(file);
    await file.sync();
  } finally {
    await file.close();
  }
}
