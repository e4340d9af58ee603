import type { Role } from '@aboveboard/protocol/installation';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { FRESH_MINUTES, isFresh } from '../identity/principal.ts';
import type { SignedIn } from '../identity/signed-in.ts';
import type { ServerLimits } from '../limits.ts';
import type { Rate } from '../rate.ts';
import { overLimit, Refusal } from '../refusal.ts';
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

/** Who asks must have one of these roles; each session has a rate. */
export function requireRole(
  roles: readonly Role[],
  parts: { signedIn: SignedIn; rate: Rate; limits: ServerLimits },
) {
  return createMiddleware<Env>(async (context, next) => {
    const principal = await parts.signedIn.principal(
      context,
      tokenOf(context, getCookie(context, SESSION_COOKIE)),
    );
    if (!principal)
      throw new Refusal(
        'no-session',
        'Sign in first: this needs a session, and there is none or it has ended.',
      );
    const wait = parts.rate.take(principal.id);
    if (wait > 0) {
      throw overLimit(parts.limits, 'requestsPerSecond', 'Too many requests at once.', {
        status: 429,
        retryAfter: wait,
      });
    }
    if (!roles.includes(principal.role)) {
      throw new Refusal(
        'not-allowed',
        `This is for the ${roles.join(' or the ')}; you are signed in as ${principal.role}.`,
      );
    }
    context.set('who', { role: principal.role, handle: principal.id });
    context.set('principal', principal);
    return next();
  });
}

/** After `requireRole`: what signs, grants, revokes or changes keys asks for a hand on the passkey just now (IDN43). */
export function requireFresh(now: () => number, minutes = FRESH_MINUTES) {
  return createMiddleware<Env>(async (context, next) => {
    if (isFresh(context.get('principal'), now(), minutes)) return next();
    throw new Refusal(
      'not-fresh',
      `Show that it is you: this asks for your passkey within the last ${minutes} minutes. Nothing was done yet.`,
    );
  });
}

/** What routes put before their handlers. */
export type Guards = {
  role(...roles: Role[]): ReturnType<typeof requireRole>;
  /** After `role`. */
  fresh(): ReturnType<typeof requireFresh>;
  body(limit: 'requestBytes' | 'announcementBytes'): MiddlewareHandler<Env>;
};

export function makeGuards(parts: {
  signedIn: SignedIn;
  rate: Rate;
  limits: ServerLimits;
  now: () => number;
}): Guards {
  const { limits } = parts;
  return {
    role: (...roles) => requireRole(roles, parts),
    fresh: () => requireFresh(parts.now),
    body: (limit) =>
      bodyLimit({
        maxSize: limits[limit],
        onError: () => {
          throw overLimit(limits, limit, 'The body is larger than this route takes.', { status: 413 });
        },
      }),
  };
}
