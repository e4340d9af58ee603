import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type NoteSigner, textSigner } from '@aboveboard/tlog/signer';
import { diskLayer, type FileLayer } from '../blobs/file-layer.ts';
import { writeDurably } from './durable-file.ts';
import { seedSigner } from './seed-signer.ts';

const HEAD = '# Aboveboard job key: whoever has this file can vouch for jobs under grants that name it\n';

/**
 * What vouches for the keys of this server's jobs, and stands in each grant that is asked for here (GRT10, GRT40):
 * DATA/keys/job-key, made when there is none. A new one ends what was granted to the old one.
 */
export async function jobSigner(folder: string, files: FileLayer = diskLayer): Promise<NoteSigner> {
  const path = join(folder, 'job-key');
  let text = new TextDecoder().decode((await files.read(path)) ?? new Uint8Array());
  if (text === '') {
    const name = `jobs-${randomBytes(8).toString('hex')}`;
    text = `${HEAD}name ${name}\ned25519 ${randomBytes(32).toString('base64')}\n`;
    await writeDurably(path, new TextEncoder().encode(text), files);
  }
  const name = /^name (\S+)$/m.exec(text)?.[1];
  const key = seedSigner('ed25519', /^ed25519 (\S+)$/m.exec(text)?.[1]);
  if (!name || !key)
    throw new Error(`${path} does not hold a job key. Restore it from your backup, or remove it.`);
  return textSigner(name, key);
}
