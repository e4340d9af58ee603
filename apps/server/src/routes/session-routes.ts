import { createRoute } from '@hono/zod-openapi';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Sessions } from '../identity/sessions.ts';
import type { ServerLimits } from '../limits.ts';
import type { Rate } from '../rate.ts';
import { overLimit, Refusal } from '../refusal.ts';
import { answers, jsonBody, noContent } from './answers.ts';
import { type Guards, SESSION_COOKIE, SIGNED_IN_COOKIE, tokenOf } from './guard.ts';
import { makeRouter } from './router.ts';
import { redeemRequest, session } from './schemas.ts';

/** One-time codes become sessions; a session ends here. */
export function sessionRoutes(parts: {
  sessions: Sessions;
  guards: Guards;
  limits: ServerLimits;
  redemptions: Rate;
  secure: boolean;
}) {
  const { sessions, guards, limits, redemptions, secure } = parts;
  return makeRouter()
    .openapi(
      createRoute({
        method: 'post',
        path: '/session',
        summary: 'Redeem a one-time code',
        middleware: guards.body('requestBytes'),
        request: jsonBody(redeemRequest),
        responses: answers(session, 'The session; its token only here, or as a cookie'),
      }),
      async (context) => {
        // One bucket for all: codes are guessed from anywhere, and nobody needs many.
        const wait = redemptions.take('');
        if (wait > 0) {
          throw overLimit(limits, 'redemptionsPerMinute', 'Too many codes were tried.', {
            status: 429,
            retryAfter: wait,
          });
        }
        const { code, cookie, token: own, eraser } = context.req.valid('json');
        const { token, ...made } = await sessions.redeem(code, own, eraser);
        context.header('cache-control', 'no-store');
        if (!cookie) return context.json({ ...made, token }, 200);
        const lasting = {
          sameSite: 'Strict',
          secure,
          path: '/',
          expires: new Date(made.expires * 1000),
        } as const;
        setCookie(context, SESSION_COOKIE, token, { ...lasting, httpOnly: true });
        setCookie(context, SIGNED_IN_COOKIE, '1', lasting);
        return context.json(made, 200);
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/session',
        summary: 'Who am I here?',
        request: {},
        responses: answers(session, 'The session, without its token'),
      }),
      async (context) => {
        const token = tokenOf(context, getCookie(context, SESSION_COOKIE));
        const found = token === null ? null : await sessions.find(token);
        if (!found) throw new Refusal('no-session', 'There is no session, or it has ended.');
        return context.json(found, 200);
      },
    )
    .openapi(
      createRoute({
        method: 'delete',
        path: '/session',
        summary: 'End the session',
        request: {},
        responses: noContent,
      }),
      async (context) => {
        const token = tokenOf(context, getCookie(context, SESSION_COOKIE));
        if (token !== null) await sessions.end(token);
        for (const name of [SESSION_COOKIE, SIGNED_IN_COOKIE])
          deleteCookie(context, name, { path: '/', secure });
        return context.body(null, 204);
      },
    );
}
