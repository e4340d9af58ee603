import { join } from 'node:path';
import { recipientOf } from '@aboveboard/vault/envelope';
import { generateHybridIdentity } from 'age-encryption';
import { diskLayer, type FileLayer } from '../blobs/file-layer.ts';
import { writeDurably } from './durable-file.ts';

/** The installation's own age identity (hybrid): devices seal the keys of released recordings to it. */
export type VaultIdentity = { identity: string; recipient: string };

const HEADS = {
  demonstration: '# Aboveboard vault identity of a DEMONSTRATION: protects nothing that matters\n',
  production:
    '# Aboveboard vault identity: whoever has this file can open every recording whose key is here\n',
} as const;

/**
 * Reads DATA/keys/vault.age-identity, or makes it at the first start. A production start refuses one that a
 * demonstration made: it may have been shown, copied, or checked in. A command takes what it finds.
 */
export async function vaultIdentity(
  folder: string,
  kind: 'demonstration' | 'production' | undefined,
  files: FileLayer = diskLayer,
): Promise<VaultIdentity> {
  const path = join(folder, 'vault.age-identity');
  const stored = await files.read(path);
  if (stored) {
    const text = new TextDecoder().decode(stored);
    if (kind === 'production' && text.includes('DEMONSTRATION')) {
      throw new Error(
        `${path} was made by a demonstration. A production installation needs a data folder of its own: choose one with --data.`,
      );
    }
    const identity = text.split('\n').find((line) => line.startsWith('AGE-SECRET-KEY-'));
    if (!identity)
      throw new Error(`${path} holds no age identity. Restore it from your backup; nothing was changed.`);
    return { identity, recipient: await recipientOf(identity) };
  }
  const identity = await generateHybridIdentity();
  const recipient = await recipientOf(identity);
  await writeDurably(
    path,
    new TextEncoder().encode(`${HEADS[kind ?? 'production']}# recipient: ${recipient}\n${identity}\n`),
    files,
  );
  return { identity, recipient };
}
