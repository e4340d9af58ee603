import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { isIP } from 'node:net';
import type { ApiErrorBody } from '@aboveboard/protocol/api-error';
import { getRequestListener } from '@hono/node-server';
import type { ServerLimits } from './limits.ts';

export type Fetch = (request: Request, env: never) => Response | Promise<Response>;
export type Tls = { key: string | Buffer; cert: string | Buffer };

/** Throws a sentence unless `host` is this computer alone or TLS is given (T12). */
export function requireSafeHost(host: string, tls: Tls | undefined): void {
  if (tls || isLoopback(host)) return;
  throw new Error(
    `Without TLS the server listens on this computer only, and ${host} is more than that. ` +
      'Give --tls-key and --tls-cert, or put a proxy that does TLS in front of 127.0.0.1.',
  );
}

/** A name or an address of this computer alone, as URLs and options write it. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

/** An HTTP server that slow and many clients can't hold up; not listening yet. */
export function makeListener(fetch: Fetch, limits: ServerLimits, tls?: Tls): Server {
  const options = {
    headersTimeout: Math.ceil((limits.requestSeconds * 1000) / 3),
    requestTimeout: limits.requestSeconds * 1000,
    connectionsCheckingInterval: 1000,
    keepAliveTimeout: 5000,
    maxHeaderSize: 16 * 1024,
    noDelay: true,
  };
  const handler = getRequestListener(fetch as never);
  const server = tls
    ? (createHttps({ ...options, minVersion: 'TLSv1.2', ...tls }, handler) as unknown as Server)
    : createHttp(options, handler);
  server.maxConnections = limits.connections;
  server.maxHeadersCount = 64;
  // Who neither sends nor reads holds what is being sent in memory: a connection that is silent so long ends.
  server.timeout = limits.requestSeconds * 2000;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || socket.destroyed) return;
    const isSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    const body: ApiErrorBody = {
      error: isSlow
        ? {
            code: 'limit',
            message: `The request did not arrive in time. (requestSeconds: ${limits.requestSeconds})`,
            limit: { name: 'requestSeconds', value: limits.requestSeconds },
          }
        : { code: 'malformed', message: 'This is not a request of HTTP that is taken here.' },
    };
    const text = JSON.stringify(body);
    socket.end(
      `HTTP/1.1 ${isSlow ? '408 Request Timeout' : '400 Bad Request'}\r\ncontent-type: application/json\r\n` +
        `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
    );
  });
  return server;
}
