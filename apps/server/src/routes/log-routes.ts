import { parseTilePath } from '@aboveboard/tlog/tile';
import type { Context } from 'hono';
import { Hono } from 'hono';
import type { ServerLimits } from '../limits.ts';
import { LOG_NAMES, type LogName } from '../logs/log-name.ts';
import type { ServedLog } from '../logs/served-log.ts';
import type { Rate } from '../rate.ts';
import { notFound, overLimit } from '../refusal.ts';
import type { Env } from './context.ts';

const FOR_GOOD = 'public, max-age=31536000, immutable';
const TEXT = 'text/plain; charset=utf-8';
const BYTES = 'application/octet-stream';

/** The logs as C2SP tlog-tiles has them read, for everyone (spec/log-service.md, LGS20-LGS22, LGS51). */
export function logRoutes(parts: {
  logs: Readonly<Record<LogName, ServedLog>>;
  /** Of the rules log; null: there is none of this digest. */
  bridge: (digest: string) => Promise<Uint8Array | null>;
  rate: Rate;
  limits: ServerLimits;
}) {
  const { logs, bridge, rate, limits } = parts;
  const routes = new Hono<Env>();

  for (const name of LOG_NAMES) {
    const log = logs[name];
    const prefix = `/log/${name}/`;

    // One bucket for all: whoever reads a log in earnest keeps the tiles that it has.
    routes.use(`${prefix}*`, async (_, next) => {
      const wait = rate.take('');
      if (wait === 0) return next();
      throw overLimit(limits, 'logReadsPerSecond', 'The logs are read too often.', {
        status: 429,
        retryAfter: wait,
      });
    });
    routes.get(`${prefix}checkpoint`, async (context) =>
      served(context, await log.checkpoint(), TEXT, 'no-cache'),
    );
    routes.get(`${prefix}vkey`, (context) => served(context, log.verifierKeys, TEXT, 'no-cache'));
    routes.get(`${prefix}tile/*`, async (context) => {
      // The path as it was sent: what only decoding makes a tile's name has another spelling.
      const { pathname, search } = new URL(context.req.url);
      const asked = search === '' ? parseTilePath(pathname.slice(prefix.length)) : null;
      return served(context, asked && (await log.tile(asked)), BYTES, FOR_GOOD);
    });
  }
  routes.get('/log/rules/bridges/*', async (context) => {
    const { pathname, search } = new URL(context.req.url);
    const digest = /^\/log\/rules\/bridges\/([0-9a-f]{64})$/.exec(pathname + search)?.[1];
    return served(context, digest ? await bridge(digest) : null, TEXT, 'no-cache');
  });
  routes.all('/log/*', () => {
    throw notFound();
  });
  return routes;
}

function served(context: Context<Env>, body: Uint8Array | null, type: string, caching: string): Response {
  if (!body) throw notFound();
  context.header('content-type', type);
  context.header('cache-control', caching);
  return context.body(body as Uint8Array<ArrayBuffer>);
}
