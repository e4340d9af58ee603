import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Database } from '../database/database.ts';
import type { Held } from '../holds/held.ts';
import type { InstallationKind } from '../installation-kind.ts';
import type { Accesses, Reader } from '../recordings/accesses.ts';
import type { Erasure } from '../recordings/erasure.ts';
import { ownAccesses } from '../recordings/own-accesses.ts';
import { isShownToResearchers } from '../recordings/recording-rows.ts';
import type { Shelf } from '../recordings/shelf.ts';
import { answers, jsonBody } from './answers.ts';
import type { Env } from './context.ts';
import { myAccesses } from './grant-schemas.ts';
import type { Guards } from './guard.ts';
import { makeRouter } from './router.ts';
import {
  accessRequest,
  erasureAnswer,
  erasureRequest,
  errorBody,
  myRecordings,
  openedAccess,
  recordingId,
  releasedRecordings,
} from './schemas.ts';

const PAGE = 200;
const place = z.object({
  access: z.string().regex(/^[0-9a-f]{32}$/, 'not an access'),
  n: z
    .string()
    .regex(/^\d{1,5}$/, 'not a number')
    .transform(Number),
});
const partPlace = place.extend({
  index: z
    .string()
    .regex(/^\d{1,6}$/, 'not an index')
    .transform(Number),
});
const bytes = {
  200: {
    description: 'As it was before it was sealed',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  },
  default: { description: 'Why not', content: { 'application/json': { schema: errorBody } } },
} as const;

/** What a contributor sees and erases of hers; what a researcher lists, and opens through the journal. */
export function recordingRoutes(parts: {
  database: Database;
  shelf: Shelf;
  erasure: Erasure;
  held: Held;
  accesses: Accesses;
  guards: Guards;
  kind: InstallationKind;
}) {
  const { database, shelf, erasure, held, accesses, guards, kind } = parts;
  const contributor = guards.role('contributor');
  const researcher = guards.role('researcher');
  const asBytes = (body: Uint8Array) =>
    new Response(body as Uint8Array<ArrayBuffer>, {
      headers: { 'content-type': 'application/octet-stream' },
    });

  return makeRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/my/recordings',
        summary: 'Everything of mine that is here',
        middleware: contributor,
        request: {},
        responses: answers(myRecordings, 'Mine'),
      }),
      async (context) => context.json({ recordings: await held.mine(context.get('who').handle) }, 200),
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/my/accesses',
        summary: 'Every reading of what is mine, and how many on each day, also none',
        request: {},
        responses: answers(myAccesses, 'Who read what'),
      }),
      async (context) => {
        const { handle } = context.get('who');
        return context.json(await database.asContributor(handle, (query) => ownAccesses(query, handle)), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/my/recordings/erasure',
        summary: 'Erase recordings of mine; their keys are gone when this answers',
        middleware: [contributor, guards.body('requestBytes')] as const,
        request: jsonBody(erasureRequest),
        responses: answers(erasureAnswer, 'Which are gone, and which are not known as mine'),
      }),
      async (context) =>
        context.json(
          await erasure.erase(context.get('who').handle, context.req.valid('json').recordings),
          200,
        ),
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/recordings',
        summary: 'What was released, without opening any of it',
        middleware: researcher,
        request: { query: z.object({ after: recordingId.optional() }) },
        responses: answers(releasedRecordings, 'A page of them'),
      }),
      async (context) => {
        const { after } = context.req.valid('query');
        const classes = kind === 'demonstration' ? (['own', 'demonstration'] as const) : (['own'] as const);
        const found = await shelf.list({ classes, most: PAGE, ...(after === undefined ? {} : { after }) });
        const recordings = found.filter((recording) => isShownToResearchers(recording, kind));
        return context.json(
          { recordings, next: found.length === PAGE ? (found.at(-1)?.id ?? null) : null },
          200,
        );
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/accesses',
        summary: 'Open recordings for a purpose; written to the journal first',
        middleware: [researcher, guards.body('requestBytes')] as const,
        request: jsonBody(accessRequest),
        responses: answers(openedAccess, 'The access'),
      }),
      async (context) => context.json(await accesses.open(readerOf(context), context.req.valid('json')), 200),
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/accesses/{access}/{n}/manifest',
        summary: 'The manifest of the n-th recording of an access',
        middleware: researcher,
        request: { params: place },
        responses: bytes,
      }),
      async (context) => {
        const { access, n } = context.req.valid('param');
        return asBytes(await accesses.part(readerOf(context), access, n, 'manifest'));
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/accesses/{access}/{n}/parts/{index}',
        summary: 'One part of the n-th recording of an access',
        middleware: researcher,
        request: { params: partPlace },
        responses: bytes,
      }),
      async (context) => {
        const { access, n, index } = context.req.valid('param');
        return asBytes(await accesses.part(readerOf(context), access, n, index));
      },
    );
}

function readerOf(context: Context<Env>): Reader {
  return { ...context.get('who'), session: context.get('principal').session };
}
