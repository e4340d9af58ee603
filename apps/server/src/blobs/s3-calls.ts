import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';

export type S3Place = {
  /** With the bucket: `https://s3.example/aboveboard`. */
  url: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
};

/** The store did not answer, or not as one, after every try. What was asked may or may not have happened; ask again. */
export class BlobStoreDown extends Error {
  override readonly name = 'BlobStoreDown';
}

export type S3Answer = { status: number; body: Uint8Array };
export type S3Call = {
  method: 'GET' | 'PUT' | 'DELETE';
  name: string;
  query?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
  /** Null: it is an answer. Otherwise why it is none, and the call is made again. */
  fault?: (answer: S3Answer) => string | null;
};

const TRIES = 8;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const CALL_MS = 30_000;
/** No part and no page of a listing is longer. */
const MOST_ANSWERED = 64 * 1024 * 1024;

/**
 * Calls of the S3 protocol, made again when they fail (REL124). Only such are made as do the same when they are done twice. The store
 * is no party that is trusted: what it says is bounded, and its redirects are no answers.
 */
export function s3Calls(
  { url, region, accessKeyId, secretAccessKey }: S3Place,
  { pause = (ms: number): Promise<unknown> => wait(ms) } = {},
) {
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });

  async function once({ method, name, query = {}, body }: S3Call): Promise<S3Answer> {
    const at = new URL(`${url.replace(/\/$/, '')}/${name}`);
    for (const [key, value] of Object.entries(query)) at.searchParams.set(key, value);
    // What was sent is signed too: a store that checks it takes nothing that was changed on its way.
    const digest = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const asked = { method, headers: { 'x-amz-content-sha256': digest }, ...(body ? { body } : {}) };
    const signed = await client.sign(at.href, asked);
    const headers = Object.fromEntries(signed.headers);
    const response = await fetch(at, {
      ...{ method, headers, redirect: 'manual', signal: AbortSignal.timeout(CALL_MS) },
      ...(body ? { body } : {}),
    });
    return { status: response.status, body: await bounded(response) };
  }

  return async (call: S3Call): Promise<S3Answer> => {
    let last: unknown;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      // Each waits another while: many that failed together do not come back together.
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
      if (attempt > 0) await pause(longest * (0.5 + Math.random()));
      try {
        const answer = await once(call);
        const fault = call.fault?.(answer) ?? null;
        if (!isPassing(answer.status) && fault === null) return answer;
        last = new Error(fault ?? `status ${answer.status}`);
      } catch (error) {
        last = error;
      }
    }
    throw new BlobStoreDown(`The store of sealed parts does not do what it is asked: ${call.method}.`, {
      cause: last,
    });
  };
}

/** It may be another answer the next time: too busy, too late, or its own fault. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

async function bounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MOST_ANSWERED) throw new Error('the answer has no end');
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
