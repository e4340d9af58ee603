import type { Role } from '@aboveboard/protocol/installation';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import type { Identity, Who } from '../identity/identity.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { ServerLimits } from '../limits.ts';
import type { Rate } from '../rate.ts';
import { overLimit, Refusal } from '../refusal.ts';
import type { Env } from './context.ts';

export const SESSION_COOKIE = 'aboveboard-session';

/**
 * Only names that this server was told to answer to, and only pages of its own (or an extension, which has no
 * origin of the web) may make it do something: a page elsewhere can aim a browser at a loopback address.
 */
export function requireHost(hosts: ReadonlySet<string>) {
  return createMiddleware<Env>(async (context, next) => {
    const host = context.req.header('host')?.toLowerCase() ?? '';
    if (!hosts.has(host)) {
      throw new Refusal('not-allowed', 'This server does not answer to that name.', { status: 421 });
    }
    const method = context.req.method;
    if (method === 'GET' || method === 'HEAD') return next();
    const origin = context.req.header('origin');
    const isOwn =
      origin === undefined ? context.req.header('sec-fetch-site') !== 'cross-site' : isOwnPage(origin, hosts);
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

/** Who asks must have one of these roles; each session has a rate. */
export function requireRole(
  roles: readonly Role[],
  parts: { sessions: Sessions; rate: Rate; limits: ServerLimits },
) {
  return createMiddleware<Env>(async (context, next) => {
    const identity: Identity = {
      async current() {
        const token = tokenOf(context, getCookie(context, SESSION_COOKIE));
        const session = token === null ? null : await parts.sessions.find(token);
        return session && { role: session.role, handle: session.handle };
      },
    };
    const who: Who | null = await identity.current();
    if (!who)
      throw new Refusal(
        'no-session',
        'Sign in first: this needs a session, and there is none or it has ended.',
      );
    const wait = parts.rate.take(who.handle);
    if (wait > 0) {
      throw overLimit(parts.limits, 'requestsPerSecond', 'Too many requests at once.', {
        status: 429,
        retryAfter: wait,
      });
    }
    if (!roles.includes(who.role)) {
      throw new Refusal(
        'not-allowed',
        `This is for the ${roles.join(' or the ')}; you are signed in as ${who.role}.`,
      );
    }
    context.set('who', who);
    context.set('principal', { role: who.role, id: who.handle, session: who.handle, freshAt: null });
    return next();
  });
}

/** What routes put before their handlers. */
export type Guards = {
  role(...roles: Role[]): ReturnType<typeof requireRole>;
  body(limit: 'requestBytes' | 'announcementBytes'): MiddlewareHandler<Env>;
};

export function makeGuards(parts: { sessions: Sessions; rate: Rate; limits: ServerLimits }): Guards {
  const { limits } = parts;
  return {
    role: (...roles) => requireRole(roles, parts),
    body: (limit) =>
      bodyLimit({
        maxSize: limits[limit],
        onError: () => {
          throw overLimit(limits, limit, 'The body is larger than this route takes.', { status: 413 });
        },
      }),
  };
}
