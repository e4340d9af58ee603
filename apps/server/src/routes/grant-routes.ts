import { createRoute, z } from '@hono/zod-openapi';
import type { Grants } from '../access/grants.ts';
import type { ShippedPolicies } from '../access/policies.ts';
import { answers, jsonBody } from './answers.ts';
import { grantWish, shownGrant, shownGrants, shownPolicies } from './grant-schemas.ts';
import type { Guards } from './guard.ts';
import { makeRouter } from './router.ts';

const place = z.object({ grant: z.string().regex(/^[0-9a-f]{32}$/, 'not the id of a grant') });

/** Asking, deciding, stopping, looking; and the policies that decide (spec/access.md, ACC3, ACC10-ACC15). */
export function grantRoutes(parts: { grants: Grants; policies: ShippedPolicies; guards: Guards }) {
  const { grants, policies, guards } = parts;
  return makeRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/policies',
        summary: 'The policies that decide here, to the byte',
        request: {},
        responses: answers(shownPolicies, 'The files'),
      }),
      (context) => context.json({ schema: policies.schema, files: [...policies.files] }, 200),
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/grants',
        summary: 'Requests to read: one’s own, and for the parties all of them',
        request: {},
        responses: answers(shownGrants, 'Newest first'),
      }),
      async (context) => context.json({ grants: await grants.list(context.get('asking')) }, 200),
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/grants',
        summary: 'Ask to read recordings; in the log of uses when this answers',
        middleware: guards.body('requestBytes'),
        request: jsonBody(grantWish),
        responses: answers(shownGrant, 'What was asked'),
      }),
      async (context) =>
        context.json(await grants.ask(context.get('asking'), context.req.valid('json')), 200),
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/grants/{grant}',
        summary: 'One request to read',
        request: { params: place },
        responses: answers(shownGrant, 'It'),
      }),
      async (context) =>
        context.json(await grants.one(context.get('asking'), context.req.valid('param').grant), 200),
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/grants/{grant}/notes',
        summary: 'Approve, refuse or revoke, by a note that the party signed',
        middleware: guards.body('requestBytes'),
        request: {
          params: place,
          body: {
            required: true,
            content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
          },
        },
        responses: answers(shownGrant, 'How it stands now'),
      }),
      async (context) => {
        const note = new Uint8Array(await context.req.arrayBuffer());
        const { grant } = context.req.valid('param');
        return context.json(await grants.say(context.get('asking'), grant, note), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/grants/{grant}/withdrawal',
        summary: 'Take back what one asked for',
        request: { params: place },
        responses: answers(shownGrant, 'How it stands now'),
      }),
      async (context) =>
        context.json(await grants.withdraw(context.get('asking'), context.req.valid('param').grant), 200),
    );
}
