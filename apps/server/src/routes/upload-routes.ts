import { createRoute, z } from '@hono/zod-openapi';
import type { Uploads } from '../uploads/uploads.ts';
import { answers, jsonBody, noContent } from './answers.ts';
import type { Guards } from './guard.ts';
import type { PartBody } from './part-body.ts';
import { makeRouter } from './router.ts';
import { announcement, partReceipt, uploadStatus } from './schemas.ts';

const handle = z.object({ upload: z.string().regex(/^[0-9a-f]{32}$/, 'not a handle of an upload') });
const place = handle.extend({
  index: z
    .string()
    .regex(/^\d{1,6}$/, 'not an index')
    .transform(Number),
});

/** Upload of released recordings (spec/upload.md). */
export function uploadRoutes({
  uploads,
  guards,
  partBody,
}: {
  uploads: Uploads;
  guards: Guards;
  partBody: PartBody;
}) {
  const contributor = guards.role('contributor');
  return makeRouter()
    .openapi(
      createRoute({
        method: 'post',
        path: '/uploads',
        summary: 'Announce a released recording',
        middleware: [contributor, guards.body('announcementBytes')] as const,
        request: jsonBody(announcement),
        responses: answers(uploadStatus, 'What is still to be sent'),
      }),
      async (context) =>
        context.json(await uploads.announce(context.get('who').handle, context.req.valid('json')), 200),
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/uploads/{upload}',
        summary: 'What is still to be sent',
        middleware: contributor,
        request: { params: handle },
        responses: answers(uploadStatus, 'What is still to be sent'),
      }),
      async (context) =>
        context.json(await uploads.status(context.get('who').handle, context.req.valid('param').upload), 200),
    )
    .openapi(
      createRoute({
        method: 'put',
        path: '/uploads/{upload}/parts/{index}',
        summary: 'Send one sealed part; it is durable when this answers',
        middleware: contributor,
        request: {
          params: place,
          body: {
            required: true,
            content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
          },
        },
        responses: answers(partReceipt, 'The part is durable'),
      }),
      async (context) => {
        const { handle: contributorHandle } = context.get('who');
        const { upload, index } = context.req.valid('param');
        const length = await uploads.expected(contributorHandle, upload, index);
        const bytes = await partBody(context.env.incoming, length);
        return context.json(await uploads.receive(contributorHandle, upload, index, bytes), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/uploads/{upload}/completion',
        summary: 'Verify everything; the recording exists when this answers',
        middleware: contributor,
        request: { params: handle },
        responses: answers(uploadStatus, 'The recording is here'),
      }),
      async (context) =>
        context.json(
          await uploads.complete(context.get('who').handle, context.req.valid('param').upload),
          200,
        ),
    )
    .openapi(
      createRoute({
        method: 'delete',
        path: '/uploads/{upload}',
        summary: 'Forget an upload that is not complete',
        middleware: contributor,
        request: { params: handle },
        responses: noContent,
      }),
      async (context) => {
        await uploads.forget(context.get('who').handle, context.req.valid('param').upload);
        return context.body(null, 204);
      },
    );
}
