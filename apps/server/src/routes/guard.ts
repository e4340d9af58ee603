import type { Role } from '@aboveboard/protocol/installation';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import type { ServerLimits } from '../limits.ts';
import { notFresh, overLimit, Refusal } from '../refusal.ts';
import type { Env } from './context.ts';

export const SESSION_COOKIE = 'aboveboard-session';
/** Opens nothing: it tells the pages that asking for the session is worth it. They can't see the other one. */
export const SIGNED_IN_COOKIE = 'aboveboard-signed-in';

/**
 * Only names that this server was told to answer to, and only pages of its own (or an extension, which has no
 * origin of the web) may make it do something: a page elsewhere can aim a browser at a loopback address.
 */
export function requireHost(hosts: ReadonlySet<string>) {
  return createMiddleware<Env>(async (context, next) => {
    const host = context.req.header('host')?.toLowerCase() ?? '';
    // Of two a proxy may go by the other one. A request that came in a cell has no head of its own.
    const said = context.env?.incoming?.headersDistinct;
    if ((said?.['host']?.length ?? 1) > 1 || (said?.['authorization']?.length ?? 1) > 1) {
      throw new Refusal('malformed', 'A header that may stand once stands here twice.');
    }
    if (!hosts.has(host)) {
      throw new Refusal('not-allowed', 'This server does not answer to that name.', { status: 421 });
    }
    const method = context.req.method;
    if (method === 'GET' || method === 'HEAD') return next();
    const origin = context.req.header('origin');
    // Browsers say where a request comes from; what says nothing is no browser, or the address bar (IDN60).
    const site = context.req.header('sec-fetch-site') ?? 'none';
    const isOwn = origin === undefined ? site === 'same-origin' || site === 'none' : isOwnPage(origin, hosts);
    const isExtension = /^(chrome|moz)-extension:\/\//.test(origin ?? '');
    // An extension brings its token itself; a cookie that came along was not its own to send.
    const bringsToken = context.req.header('authorization') !== undefined;
    if (isOwn || (isExtension && (bringsToken || getCookie(context, SESSION_COOKIE) === undefined)))
      return next();
    throw new Refusal('not-allowed', 'Another page may not do this here.');
  });
}

function isOwnPage(origin: string, hosts: ReadonlySet<string>): boolean {
  return (
    URL.canParse(origin) && /^https?:$/.test(new URL(origin).protocol) && hosts.has(new URL(origin).host)
  );
}

/** The token that came with a request; where there is an `authorization`, a cookie does not count. */
export function tokenOf(
  context: { req: { header(name: string): string | undefined } },
  cookie: string | undefined,
): string | null {
  const authorization = context.req.header('authorization');
  if (authorization === undefined) return cookie ?? null;
  return /^Bearer ([A-Za-z0-9_-]+)$/.exec(authorization)?.[1] ?? null;
}

/** Who may come to a route was decided before; this says once more which roles it is written for. */
export function requireRole(roles: readonly Role[]) {
  return createMiddleware<Env>(async (context, next) => {
    const { role } = context.get('principal');
    if (roles.includes(role)) return next();
    throw new Refusal(
      'not-allowed',
      `This is for the ${roles.join(' or the ')}; you are signed in as ${role}.`,
    );
  });
}

/** What changes keys or lets somebody in asks for a hand on the passkey just now (IDN43). */
export function requireFresh() {
  return createMiddleware<Env>(async (context, next) => {
    if (context.get('asking').steppedUp) return next();
    throw notFresh();
  });
}

/** What routes put before their handlers. */
export type Guards = {
  role(...roles: Role[]): ReturnType<typeof requireRole>;
  /** After `role`. */
  fresh(): ReturnType<typeof requireFresh>;
  body(limit: 'requestBytes' | 'announcementBytes'): MiddlewareHandler<Env>;
};

export function makeGuards(limits: ServerLimits): Guards {
  return {
    role: (...roles) => requireRole(roles),
    fresh: () => requireFresh(),
    body: (limit) =>
      bodyLimit({
        maxSize: limits[limit],
        onError: () => {
          throw overLimit(limits, limit, 'The body is larger than this route takes.', { status: 413 });
        },
      }),
  };
}
