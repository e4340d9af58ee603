import { STAFF_ROLES } from '@aboveboard/protocol/staff';
import { createRoute } from '@hono/zod-openapi';
import type { StaffSessions } from '../identity/staff-sessions.ts';
import { notFound } from '../refusal.ts';
import { staffOf } from './account-routes.ts';
import { answers, noContent } from './answers.ts';
import type { Guards } from './guard.ts';
import { makeRouter } from './router.ts';
import type { StaffDoor } from './staff-door.ts';
import { ownSessions, sessionName } from './staff-schemas.ts';

/** Where an account is signed in, and ending it there (IDN80-IDN82). Found by the asker's account, never by a name alone. */
export function ownSessionRoutes(parts: {
  sessions: Pick<StaffSessions, 'list' | 'endOne' | 'endOthers'>;
  door: Pick<StaffDoor, 'closed'>;
  guards: Guards;
}) {
  const { sessions, door, guards } = parts;
  const signedIn = guards.role(...STAFF_ROLES);
  return makeRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/staff/sessions',
        summary: 'Where your account is signed in',
        middleware: signedIn,
        request: {},
        responses: answers(ownSessions, 'The sessions of this account'),
      }),
      async (context) => {
        const { id, session } = staffOf(context);
        return context.json({ sessions: await sessions.list(id, session) }, 200);
      },
    )
    .openapi(
      createRoute({
        method: 'delete',
        path: '/staff/sessions',
        summary: 'Sign out everywhere else',
        middleware: signedIn,
        request: {},
        responses: noContent,
      }),
      async (context) => {
        const { id, session } = staffOf(context);
        await sessions.endOthers(id, session);
        return context.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: 'delete',
        path: '/staff/sessions/{session}',
        summary: 'Sign out there',
        middleware: signedIn,
        request: { params: sessionName },
        responses: noContent,
      }),
      async (context) => {
        const { id, session: asking } = staffOf(context);
        const { session } = context.req.valid('param');
        if (!(await sessions.endOne(id, session))) throw notFound();
        if (session === asking) door.closed(context);
        return context.body(null, 204);
      },
    );
}
