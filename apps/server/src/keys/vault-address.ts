import { join } from 'node:path';
import { diskLayer } from '../blobs/file-layer.ts';

/** Where a vault of its own listens, and whom devices seal its halves to. */
export type VaultAddress = { socket: string; recipient: string };

/** The two lines as `aboveboard vault` prints them and `readVaultAddress` takes them. */
export function formatVaultAddress({ socket, recipient }: VaultAddress): string {
  return `socket ${socket}\nrecipient ${recipient}\n`;
}

/**
 * DATA/vault-address: `socket PATH` and `recipient AGE1...`, a line each; lines that begin with # say nothing. The operator
 * writes it, with what the vault printed. Null: there is no such file, and this process is the vault. Throws a sentence.
 */
export async function readVaultAddress(root: string): Promise<VaultAddress | null> {
  const path = join(root, 'vault-address');
  const bytes = await diskLayer.read(path);
  if (!bytes) return null;
  const lines = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const field = (name: string, form: RegExp) => {
    const found = lines
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => line.slice(name.length + 1));
    return found.length === 1 && form.test(found[0] as string) ? (found[0] as string) : null;
  };
  const socket = field('socket', /^\/[^\0]{1,106}$/);
  const recipient = field('recipient', /^age1pq1[a-z0-9]{1,4000}$/);
  if (socket !== null && recipient !== null && lines.length === 2) return { socket, recipient };
  throw new Error(
    `${path} is to hold the two lines that the vault prints: socket PATH and recipient AGE1PQ1...`,
  );
}
