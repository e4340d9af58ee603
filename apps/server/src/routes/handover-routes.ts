import { createRoute } from '@hono/zod-openapi';
import type { DeviceHandovers } from '../identity/device-handovers.ts';
import { answers, jsonBody, noContent } from './answers.ts';
import type { Guards } from './guard.ts';
import { makeRouter } from './router.ts';
import { leaveHandover, takeHandover, takenHandover } from './schemas.ts';

/** One device of a contributor to the next (spec/enrolment.md, ENR60-ENR66). Both come in cells; guessing gets nowhere in 2^120. */
export function handoverRoutes({ handovers, guards }: { handovers: DeviceHandovers; guards: Guards }) {
  return makeRouter()
    .openapi(
      createRoute({
        method: 'post',
        path: '/my/handover',
        summary: 'Leave what the next device of the same contributor needs, sealed under its code',
        middleware: [guards.role('contributor'), guards.body('requestBytes')] as const,
        request: jsonBody(leaveHandover),
        responses: noContent,
      }),
      async (context) => {
        const { secret, sealed } = context.req.valid('json');
        const { id } = context.get('principal');
        await handovers.leave(id, { secret, sealed: new Uint8Array(Buffer.from(sealed, 'base64url')) });
        return context.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/handover',
        summary: 'Take what was left under a code, once',
        middleware: guards.body('requestBytes'),
        request: jsonBody(takeHandover),
        responses: answers(takenHandover, 'The sealed bytes'),
      }),
      async (context) => {
        const { secret, asker } = context.req.valid('json');
        context.header('cache-control', 'no-store');
        const sealed = await handovers.take(secret, new Uint8Array(Buffer.from(asker, 'base64url')));
        return context.json({ sealed: Buffer.from(sealed).toString('base64url') }, 200);
      },
    );
}
