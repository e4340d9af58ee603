import type { About } from '@aboveboard/protocol/installation';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import { createRoute, z } from '@hono/zod-openapi';
import type { AgreementShelf } from '../agreement/agreement-shelf.ts';
import type { LogName } from '../logs/log-name.ts';
import type { LogHealth } from '../logs/log-service.ts';
import { notFound } from '../refusal.ts';
import { answers } from './answers.ts';
import { makeRouter } from './router.ts';
import { about as aboutSchema, errorBody, installedAgreement, readiness, taskCards } from './schemas.ts';

/** Is it there, is it well, what is it, under which rules: for everyone, signed in or not. */
export function installationRoutes(parts: {
  about: () => Promise<About>;
  agreement: AgreementShelf;
  cards: readonly TaskCard[];
  askedFor: () => Promise<string[]>;
  health: () => Promise<{ database: boolean; draining: boolean; logs: Record<LogName, LogHealth> | null }>;
}) {
  const { about, agreement, cards, askedFor, health } = parts;
  return makeRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/about',
        summary: 'What this installation is',
        request: {},
        responses: answers(aboutSchema, 'About'),
      }),
      async (context) => context.json(await about(), 200),
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/agreement',
        summary: 'The agreement that the rules log has in force, to the byte',
        request: {},
        responses: answers(installedAgreement, 'The agreement'),
      }),
      async (context) => context.json((await agreement.current()).answer, 200),
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/agreement/attachments/{digest}',
        summary: 'An attachment of the agreement',
        request: { params: z.object({ digest: z.string().regex(/^[0-9a-f]{64}$/, 'not a digest') }) },
        responses: {
          200: { description: 'Its bytes' },
          default: { description: 'Why not', content: { 'application/json': { schema: errorBody } } },
        },
      }),
      async (context) => {
        const found = await agreement.attachment(context.req.valid('param').digest);
        if (!found) throw notFound();
        return new Response(found.bytes as Uint8Array<ArrayBuffer>, {
          // Shown as a file: what was attached is not a page of this server.
          headers: { 'content-type': found.type, 'content-disposition': 'attachment' },
        });
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/task-cards',
        summary: 'Tasks that can be recorded',
        request: {},
        responses: answers(taskCards, 'The cards'),
      }),
      async (context) => {
        const asked = await askedFor();
        return context.json(
          { cards: [...cards], askedFor: asked.filter((id) => cards.some((card) => card.id === id)) },
          200,
        );
      },
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/health',
        summary: 'Does the process answer?',
        request: {},
        responses: answers(z.object({ alive: z.literal(true) }), 'It does'),
      }),
      (context) => context.json({ alive: true as const }, 200),
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/ready',
        summary: 'Would a request be served?',
        request: {},
        responses: {
          200: { description: 'It would', content: { 'application/json': { schema: readiness } } },
          503: { description: 'It would not', content: { 'application/json': { schema: readiness } } },
        },
      }),
      async (context) => {
        const state = await health();
        const ready = state.database && !state.draining && state.logs !== null;
        return ready ? context.json({ ready, ...state }, 200) : context.json({ ready, ...state }, 503);
      },
    );
}
