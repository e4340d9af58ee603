import type { NoticeBoards } from '@aboveboard/protocol/notices';
import { createRoute, z } from '@hono/zod-openapi';
import type { Database } from '../database/database.ts';
import { noteFetched, noticeBoard, noticeBoards } from '../notices/notice-board.ts';
import { notFound } from '../refusal.ts';
import { answers } from './answers.ts';
import { makeRouter } from './router.ts';
import { errorBody } from './schemas.ts';

const boards = z
  .object({ boards: z.array(z.object({ id: z.string(), blocks: z.int() })) })
  .openapi('NoticeBoards') satisfies z.ZodType<NoticeBoards>;

/** Sealed notices, the same for everyone and without a session: who asks is told nothing about herself (BRE13). */
export function noticeRoutes({ database }: { database: Database }) {
  return makeRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/notices',
        summary: 'Which boards of sealed notices there are',
        request: {},
        responses: answers(boards, 'All of them'),
      }),
      async (context) => context.json(await noticeBoards(database.query), 200),
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/notices/{board}',
        summary: 'One board, whole: each block opens for one contributor, or for nobody',
        request: { params: z.object({ board: z.string().regex(/^[0-9a-f]{32}$/, 'not a board') }) },
        responses: {
          200: {
            description: 'Blocks of 2,048 bytes',
            content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
          },
          default: { description: 'Why not', content: { 'application/json': { schema: errorBody } } },
        } as const,
      }),
      async (context) => {
        const { board } = context.req.valid('param');
        const bytes = await noticeBoard(database.query, board);
        if (!bytes) throw notFound();
        // Recorders come in cells; whoever else looks delivers nothing.
        if (context.env.relayed) await noteFetched(database.query, board);
        return new Response(bytes as Uint8Array<ArrayBuffer>, {
          headers: { 'content-type': 'application/octet-stream' },
        });
      },
    );
}
