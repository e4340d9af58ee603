import { createHash } from 'node:crypto';
import { BlobDamaged, type BlobStore } from './blob-store.ts';
import { BlobStoreDown, type S3Answer, type S3Place, s3Calls } from './s3-calls.ts';

const FOLDER = 'parts/';
/** Whose bucket it is. */
const OWNER = 'aboveboard-owner';
const SAME_OTHERS = 3;

/**
 * Sealed parts in a bucket, under the same contract as on a disk (REL124-REL129). What is acknowledged is what the store answered to have.
 * `installation`: a name of this one alone. Throws a sentence where the bucket is another's: whoever sweeps there would remove all.
 */
export async function openS3BlobStore(
  place: S3Place,
  installation: string,
  options: Parameters<typeof s3Calls>[1] = {},
): Promise<BlobStore> {
  const call = s3Calls(place, options);
  await claim();

  async function claim(): Promise<void> {
    const answer = await call({ method: 'GET', name: OWNER });
    if (isAbsent(answer)) {
      for await (const _ of names()) throw new Error(`The bucket ${place.url} has parts, and nobody's name.`);
      required(await call({ method: 'PUT', name: OWNER, body: Buffer.from(installation) }));
      return claim();
    }
    if (Buffer.from(required(answer).body).toString() !== installation)
      throw new Error(`The bucket ${place.url} is another installation's.`);
  }

  async function* names(): AsyncGenerator<string> {
    let token: string | null = null;
    do {
      const query = {
        'list-type': '2',
        prefix: FOLDER,
        ...(token === null ? {} : { 'continuation-token': token }),
      };
      const answer = required(await call({ method: 'GET', name: '', query, fault: cutOff }));
      const text = Buffer.from(answer.body).toString();
      for (const [, name = ''] of text.matchAll(/<Key>parts\/([0-9a-f]{64})<\/Key>/g)) yield name;
      const next = /<NextContinuationToken>([^<]+)<\/NextContinuationToken>/.exec(text)?.[1];
      const hasMore = text.includes('<IsTruncated>true</IsTruncated>');
      if (hasMore && (next === undefined || unescaped(next) === token))
        throw new BlobStoreDown('The store of sealed parts lists without an end.');
      token = hasMore ? unescaped(next as string) : null;
    } while (token !== null);
  }

  return {
    async put(sha256, bytes) {
      if (digestOf(bytes) !== sha256) return false;
      required(await call({ method: 'PUT', name: nameOf(sha256), body: new Uint8Array(bytes) }));
      return true;
    },

    async get(sha256) {
      const name = nameOf(sha256);
      // What came otherwise over the wire is asked for again; what comes as the same other bytes lies there so.
      const others = new Map<string, number>();
      const fault = ({ status, body }: S3Answer) => {
        const digest = digestOf(body);
        if (status !== 200 || digest === sha256) return null;
        others.set(digest, (others.get(digest) ?? 0) + 1);
        return (others.get(digest) ?? 0) < SAME_OTHERS ? 'other bytes' : null;
      };
      const answer = await call({ method: 'GET', name, fault });
      if (isAbsent(answer)) return null;
      if (digestOf(required(answer).body) === sha256) return answer.body;
      throw new BlobDamaged('a stored part is not what it was when it was received');
    },

    async remove(sha256) {
      const answer = await call({ method: 'DELETE', name: nameOf(sha256) });
      if (!isAbsent(answer)) required(answer);
    },

    list: names,
    close: async () => undefined,
  };
}

/** A listing that was cut off would be one of fewer parts than there are. */
function cutOff({ status, body }: S3Answer): string | null {
  const isWhole = Buffer.from(body).toString().trimEnd().endsWith('</ListBucketResult>');
  return status === 200 && !isWhole ? 'a listing that was cut off' : null;
}

/** Without the code it may be the bucket that is not there, and then no part is known to be missing. */
function isAbsent({ status, body }: S3Answer): boolean {
  return status === 404 && Buffer.from(body).includes('<Code>NoSuchKey</Code>');
}

function required(answer: S3Answer): S3Answer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new BlobStoreDown(`The store of sealed parts refused with status ${answer.status}.`);
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A name goes into an address: nothing but a digest may. */
function nameOf(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError('not a SHA-256 in hex');
  return `${FOLDER}${sha256}`;
}

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|#39);/g, (_, name: string) => ESCAPES[name] ?? '');
}
const ESCAPES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'" };
