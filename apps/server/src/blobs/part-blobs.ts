import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../keys/durable-file.ts';
import { readOperatorFile, readSecretFile } from '../operator-file.ts';
import { type BlobStore, openBlobStore } from './blob-store.ts';
import { diskLayer } from './file-layer.ts';
import { openS3BlobStore } from './s3-blob-store.ts';

/** DATA/blob-bucket.json: where sealed parts lie, if not in DATA/blobs (REL129). The operator writes it. */
export const BUCKET_FILE = 'blob-bucket.json';
/** Made at the first start with a bucket; says whose parts are in it. */
const OWNER_FILE = 'blob-bucket-owner';

const bucket = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  region: z.string().regex(/^[a-z0-9-]{1,64}$/),
  accessKeyId: z.string().min(1).max(256),
  secretFile: z.string().refine(isAbsolute, 'is not a path from the root'),
});

/** The store that the installation's folder names. Throws a sentence where parts lie in the other one already. */
export async function openPartBlobs(
  paths: { root: string; blobs: string },
  { owner }: { owner: boolean },
): Promise<BlobStore> {
  const read = readOperatorFile(paths.root, BUCKET_FILE, bucket);
  if (read === null) return openBlobStore(paths.blobs, { owner });
  for (const entry of await readdir(paths.blobs, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      throw new Error(`${read.path} names a bucket, and there are parts in ${paths.blobs}. Move them first.`);
  const { url, region, accessKeyId, secretFile } = read.said;
  const at = join(paths.root, OWNER_FILE);
  if (owner && !(await diskLayer.read(at)))
    await writeDurably(at, Buffer.from(randomBytes(16).toString('hex')), diskLayer);
  const name = Buffer.from((await diskLayer.read(at)) ?? []).toString();
  if (!/^[0-9a-f]{32}$/.test(name)) throw new Error(`${at} is to say whose parts are in the bucket.`);
  return openS3BlobStore({ url, region, accessKeyId, secretAccessKey: readSecretFile(secretFile) }, name);
}
