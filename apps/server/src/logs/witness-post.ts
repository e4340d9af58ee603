import type { Post } from '@aboveboard/tlog/witness-client';

/** Asks a witness over HTTP. Follows nothing, and reads no more than it was told to. */
export const postToWitness: Post = async (url, body, { limit, signal }) => {
  const answer = await fetch(url, {
    method: 'POST',
    body: body as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': 'application/octet-stream' },
    redirect: 'error',
    signal,
  });
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.body ?? []) {
    length += piece.length;
    if (length > limit) throw new RangeError('the witness answers with too many bytes');
    pieces.push(piece);
  }
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type'),
    body: Buffer.concat(pieces),
  };
};
