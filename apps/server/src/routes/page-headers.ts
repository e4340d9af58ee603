import { createMiddleware } from 'hono/factory';
import type { InstallationKind } from '../installation-kind.ts';
import type { Env } from './context.ts';

/**
 * Scripts come from this server only, and text becomes neither script nor markup: Trusted Types, with the one policy
 * that the application makes first of all (IDN61, docs/adr/0045). Styles may stand in the page, because a replayed
 * state brings its own (masked) ones and the frame that shows it takes over this policy; it may fetch nothing.
 */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self' blob:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types default',
].join('; ');

export function pageHeaders(kind: InstallationKind, secure: boolean) {
  return createMiddleware<Env>(async (context, next) => {
    await next();
    const { headers } = context.res;
    if (kind === 'demonstration') headers.set('aboveboard-installation', kind);
    headers.set('content-security-policy', CONTENT_POLICY);
    headers.set('x-content-type-options', 'nosniff');
    headers.set('referrer-policy', 'no-referrer');
    headers.set('cross-origin-opener-policy', 'same-origin');
    headers.set('cross-origin-resource-policy', 'same-origin');
    headers.set(
      'permissions-policy',
      'camera=(), microphone=(), geolocation=(), display-capture=(), payment=()',
    );
    if (secure) headers.set('strict-transport-security', 'max-age=31536000');
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  });
}
