import { type CountBytes, type Post, ServerFault } from '@aboveboard/capture/line/server-client';

const PATIENCE = 20_000;
/** What a request and its answer are besides their bodies, about. */
const HEADERS = 1_000;

/**
 * Straight to the server, in a demonstration without a guardian: redirects are refused, cookies are neither sent
 * nor kept, and no page is named as the one that asks.
 */
export function directPost(origin: string, count: CountBytes): Post {
  return async ({ method, path, type, token, body }) => {
    await count((body?.length ?? 0) + HEADERS);
    const media = type === 'json' ? 'application/json' : 'application/octet-stream';
    const sent = body && new Blob([body as Uint8Array<ArrayBuffer>], { type: media });
    let answer: Response;
    let received: Uint8Array;
    try {
      answer = await fetch(origin + path, {
        method,
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        signal: AbortSignal.timeout(PATIENCE),
        ...(sent ? { body: sent } : {}),
        headers: {
          ...(sent ? { 'content-type': media } : {}),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
      });
      received = new Uint8Array(await answer.arrayBuffer());
    } catch (cause) {
      throw new ServerFault(0, 'The server was not reached.', { cause });
    }
    await count(received.length);
    return { status: answer.status, body: received };
  };
}
