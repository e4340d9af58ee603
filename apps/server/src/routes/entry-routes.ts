import { createRoute, z } from '@hono/zod-openapi';
import type { LogService } from '../logs/log-service.ts';
import { answers, jsonBody, noContent } from './answers.ts';
import type { Guards } from './guard.ts';
import { makeRouter } from './router.ts';

const includedEntry = z.object({ index: z.int().min(0) }).openapi('IncludedEntry');
const newCommitments = z
  .strictObject({
    commitments: z
      .array(z.string().regex(/^[0-9a-f]{64}$/, 'not 32 bytes in lower-case hex'))
      .min(1)
      .max(64),
  })
  .openapi('NewCommitments');

/** The ways into the logs from outside (spec/log-service.md, LGS41, LGS42), and who is asked to witness them (LGS34). */
export function entryRoutes(parts: {
  service: Pick<LogService, 'rules' | 'commitments' | 'policy'>;
  guards: Guards;
}) {
  const { service, guards } = parts;
  return makeRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/logs/policy',
        summary:
          'Keys of the logs, and the witnesses that are asked: a policy to begin with, to be checked by yourself',
        request: {},
        responses: {
          200: { description: 'A tlog-policy', content: { 'text/plain': { schema: z.string() } } },
        },
      }),
      async (context) => context.text(await service.policy(), 200),
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/logs/rules/entries',
        summary:
          'Enter an agreement, a signature, a revocation, a notice; it is in the log when this answers',
        middleware: [
          guards.role('employer', 'representative', 'dpo'),
          guards.fresh(),
          guards.body('requestBytes'),
        ] as const,
        request: {
          body: {
            required: true,
            content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
          },
        },
        responses: answers(includedEntry, 'Where it stands'),
      }),
      async (context) => {
        const entry = new Uint8Array(await context.req.arrayBuffer());
        return context.json(await service.rules.submit(entry), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/my/commitments',
        summary: 'Commit to acts of mine; the log has them after the next daily batch',
        middleware: [guards.role('contributor'), guards.body('requestBytes')] as const,
        request: jsonBody(newCommitments),
        responses: noContent,
      }),
      async (context) => {
        const { commitments } = context.req.valid('json');
        await service.commitments.add(commitments.map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))));
        return context.body(null, 204);
      },
    );
}
