import { CELL_BYTES } from '@aboveboard/vault/cell';
import { createRoute } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import type { ServerLimits } from '../limits.ts';
import { overLimit, Refusal } from '../refusal.ts';
import type { CellDesk } from '../relay/cell-desk.ts';
import { answers } from './answers.ts';
import { makeRouter } from './router.ts';
import { errorBody, relayAbout } from './schemas.ts';

const octets = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } as const;

/** What the representative's relay asks of the server (spec/relay.md). Needs no session: a cell brings its own. */
export function relayRoutes(parts: {
  desk: CellDesk;
  recipient: string;
  periodSeconds: number;
  limits: ServerLimits;
}) {
  const { desk, recipient, periodSeconds, limits } = parts;
  const most = limits.cellsPerBatch * CELL_BYTES;
  let underWay = 0;
  return makeRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/relay',
        summary: 'Whom cells are sealed to, and how often every installation sends one',
        request: {},
        responses: answers(relayAbout, 'The rhythm'),
      }),
      (context) => context.json({ recipient, periodSeconds }, 200),
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/relay/batch',
        summary: 'Cells in, answers of one size out',
        middleware: bodyLimit({
          maxSize: most,
          onError: () => {
            throw overLimit(limits, 'cellsPerBatch', 'The batch holds more cells than are taken at once.', {
              status: 413,
            });
          },
        }),
        request: { body: { required: true, content: octets } },
        responses: {
          200: { description: 'An answer for each cell, in their order', content: octets },
          default: { description: 'Why not', content: { 'application/json': { schema: errorBody } } },
        },
      }),
      async (context) => {
        if (underWay >= limits.batchesAtOneTime) {
          throw overLimit(limits, 'batchesAtOneTime', 'Too many batches at once.', {
            status: 429,
            retryAfter: 1,
          });
        }
        underWay += 1;
        try {
          const batch = new Uint8Array(await context.req.arrayBuffer());
          if (batch.length === 0 || batch.length % CELL_BYTES !== 0) {
            throw new Refusal('malformed', 'A batch is a whole number of cells.', {
              faults: [{ rule: 'RLY1', at: 'body', message: `not a multiple of ${CELL_BYTES} bytes` }],
            });
          }
          const answered = await desk.answer(batch);
          return new Response(answered as Uint8Array<ArrayBuffer>, {
            headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' },
          });
        } finally {
          underWay -= 1;
        }
      },
    );
}
