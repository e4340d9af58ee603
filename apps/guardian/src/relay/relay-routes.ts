import { CELL_BYTES } from '@aboveboard/vault/cell';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Relay } from './relay.ts';
import type { ServerLink } from './server-link.ts';

/** What every recorder speaks to (spec/relay.md). No cookie, no session, nothing of who asks. */
export function relayRoutes({ relay, server }: { relay: Relay; server: ServerLink }) {
  const refused = () =>
    Response.json(
      { error: { code: 'unavailable', message: 'Nothing was taken. It goes with the next period.' } },
      { status: 503 },
    );
  return new Hono()
    .get('/relay', async (context) => {
      const about = await server.about();
      return about ? context.json(about, 200, { 'cache-control': 'no-store' }) : refused();
    })
    .put(
      '/relay/cells/:ticket{[0-9a-f]{32}}',
      bodyLimit({ maxSize: CELL_BYTES, onError: refused }),
      async (context) => {
        const cell = new Uint8Array(await context.req.arrayBuffer());
        return relay.leave(context.req.param('ticket'), cell) ? context.body(null, 204) : refused();
      },
    )
    .post('/relay/answers/:ticket{[0-9a-f]{32}}', (context) => {
      const answer = relay.collect(context.req.param('ticket'));
      return new Response(answer as Uint8Array<ArrayBuffer>, {
        headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' },
      });
    });
}
