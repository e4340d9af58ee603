import { join } from 'node:path';
import { recipientOf } from '@aboveboard/vault/envelope';
import { generateHybridIdentity } from 'age-encryption';
import { diskLayer, type FileLayer } from '../blobs/file-layer.ts';
import { writeDurably } from './durable-file.ts';
import { type IdentityFile, parseIdentityFile } from './identity-file.ts';

/**
 * An age identity (hybrid) of the installation's own. `older`: those before it that still open what was sealed to them
 * (VLT100); `of`: whose they are, the same after each of them is gone.
 */
export type AgeIdentity = { identity: string; recipient: string; older: readonly string[]; of: string };

/**
 * `vault`: devices seal the vault's half of the keys of released recordings to it. `relay`: they seal their cells to it.
 * `imports`: keys of what nobody released, where the vault is a process of its own. `guardian`: the other halves, in a
 * demonstration without a guardian.
 */
export type IdentityName = 'vault' | 'imports' | 'relay' | 'guardian';

const OPENS: Readonly<Record<IdentityName, string>> = {
  vault: 'whoever has this file has the vault’s half of every key here',
  imports: 'whoever has this file can open what the operator imported',
  guardian: 'whoever has this file has the guardian’s half of every key',
  relay: 'whoever has this file and listens at the relay can read what devices say',
};

/**
 * Reads DATA/keys/NAME.age-identity, or makes it at the first start. A production start refuses one that a
 * demonstration made: it may have been shown, copied, or checked in. A command takes what it finds.
 */
export async function ageIdentity(
  name: IdentityName,
  folder: string,
  kind: 'demonstration' | 'production' | undefined,
  files: FileLayer = diskLayer,
): Promise<AgeIdentity> {
  const path = join(folder, `${name}.age-identity`);
  const stored = await files.read(path);
  if (stored) {
    const text = new TextDecoder().decode(stored);
    if (kind === 'production' && text.includes('DEMONSTRATION')) {
      throw new Error(
        `${path} was made by a demonstration. A production installation needs a data folder of its own: choose one with --data.`,
      );
    }
    const file = await parseIdentityFile(text).catch(() => null);
    const [newest, ...older] = file?.held ?? [];
    if (!file || !newest)
      throw new Error(`${path} holds no age identity. Restore it from your backup; nothing was changed.`);
    const { identity, recipient } = newest;
    return { identity, recipient, older: older.map((one) => one.identity), of: file.of };
  }
  const identity = await generateHybridIdentity();
  const recipient = await recipientOf(identity);
  const head =
    kind === 'demonstration'
      ? `# Aboveboard ${name} identity of a DEMONSTRATION: protects nothing that matters`
      : `# Aboveboard ${name} identity: ${OPENS[name]}`;
  const text = `${head}\n# recipient: ${recipient}\n${identity}\n`;
  await writeDurably(path, new TextEncoder().encode(text), files);
  const { of } = (await parseIdentityFile(text)) as IdentityFile;
  return { identity, recipient, older: [], of };
}

/** All that stands in `NAME.age-identity`. Throws a sentence when it is not there or can't be read. */
export async function readIdentityFile(path: string, files: FileLayer = diskLayer): Promise<IdentityFile> {
  const bytes = await files.read(path);
  const file = bytes && (await parseIdentityFile(new TextDecoder().decode(bytes)).catch(() => null));
  if (file) return file;
  throw new Error(`${path} holds no age identity. Nothing was changed.`);
}
