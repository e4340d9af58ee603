import { createRoute, z } from '@hono/zod-openapi';
import type { Holds } from '../holds/holds.ts';
import { answers, jsonBody } from './answers.ts';
import type { Guards } from './guard.ts';
import { holdWish, shownHold, shownHolds } from './hold-schemas.ts';
import { makeRouter } from './router.ts';

/** Asking for a legal hold, approving it, ending it, looking (spec/hold.md). How much is held is told to nobody (HLD27). */
export function holdRoutes(parts: { holds: Holds; guards: Guards }) {
  const { holds, guards } = parts;
  return makeRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/holds',
        summary: 'Legal holds: what was asked, and how each stands',
        request: {},
        responses: answers(shownHolds, 'Newest first'),
      }),
      async (context) => context.json({ holds: await holds.list(context.get('asking')) }, 200),
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/holds',
        summary: 'Ask that recordings are kept for a legal reason; in the log of uses when this answers',
        middleware: guards.body('requestBytes'),
        request: jsonBody(holdWish),
        responses: answers(shownHold, 'What was asked'),
      }),
      async (context) => context.json(await holds.ask(context.get('asking'), context.req.valid('json')), 200),
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/holds/{hold}/notes',
        summary: 'Approve or end a hold, by a note that the party signed',
        middleware: guards.body('requestBytes'),
        request: {
          params: z.object({ hold: z.string().regex(/^[0-9a-f]{32}$/, 'not the id of a hold') }),
          body: {
            required: true,
            content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
          },
        },
        responses: answers(shownHold, 'How it stands now'),
      }),
      async (context) => {
        const note = new Uint8Array(await context.req.arrayBuffer());
        return context.json(
          await holds.say(context.get('asking'), context.req.valid('param').hold, note),
          200,
        );
      },
    );
}
