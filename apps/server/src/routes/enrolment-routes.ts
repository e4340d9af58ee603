import { createRoute } from '@hono/zod-openapi';
import type { Contributors } from '../identity/contributors.ts';
import { answers, jsonBody, noContent } from './answers.ts';
import type { Guards } from './guard.ts';
import { makeRouter } from './router.ts';
import { enrolmentRequest, paperErasure, session } from './schemas.ts';

/**
 * A blind token becomes a contributor, and a paper code erases one (spec/enrolment.md, ENR31-ENR36, ENR50-ENR52).
 * Neither needs a session, and both come in cells: nothing here knows an address. Guessing gets nowhere in 2^120.
 */
export function enrolmentRoutes({ contributors, guards }: { contributors: Contributors; guards: Guards }) {
  return makeRouter()
    .openapi(
      createRoute({
        method: 'post',
        path: '/enrolment',
        summary: 'Become a contributor with a blind token',
        middleware: guards.body('requestBytes'),
        request: jsonBody(enrolmentRequest),
        responses: answers(session, 'The session, whose token is the one that was brought'),
      }),
      async (context) => {
        const { token, issuer, session, eraser, proof } = context.req.valid('json');
        const claim = {
          token: { key: bytesOf(token.key), signature: bytesOf(token.signature) },
          session: bytesOf(session),
          eraser,
          proof: bytesOf(proof),
        };
        context.header('cache-control', 'no-store');
        return context.json(await contributors.enrol(claim, bytesOf(issuer)), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/erasure',
        summary: 'Erase everything of one contributor with her paper code; keys are gone when this answers',
        middleware: guards.body('requestBytes'),
        request: jsonBody(paperErasure),
        responses: noContent,
      }),
      async (context) => {
        await contributors.eraseAll(bytesOf(context.req.valid('json').secret));
        return context.body(null, 204);
      },
    );
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}
