import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { getAsset, isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';
import type { HttpBindings } from '@hono/node-server';
import { Hono, type MiddlewareHandler } from 'hono';

/** Built by `npm run build`. */
export const PAGES_FOLDER = fileURLToPath(new URL('../dist', import.meta.url));

/** From the folder, or out of the program itself where the guardian is one file; rejects if it is not there. */
async function pageFile(folder: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
  return isSea() ? new Uint8Array(getAsset(path)) : new Uint8Array(await readFile(`${folder}/${path}`));
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

/** Nothing that a page here loads comes from elsewhere, nothing may frame it, and it tells nobody where it was. */
export const pageHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  context.header('content-security-policy', POLICY);
  context.header('x-content-type-options', 'nosniff');
  context.header('referrer-policy', 'no-referrer');
  context.header('cross-origin-opener-policy', 'same-origin');
  context.header('cross-origin-resource-policy', 'same-origin');
};

/**
 * Answers only to its own names (GRD55): a page on a name that its owner points at this computer would else
 * read what the guardian answers. `isOwnName` is asked for the host without its port.
 */
export function ownHost(isOwnName: (host: string) => boolean): MiddlewareHandler {
  return async (context, next) => {
    const host = (context.req.header('host') ?? '').replace(/:\d+$/, '').toLowerCase();
    // Of two, a proxy may go by the other one.
    const said = (context.env as Partial<HttpBindings> | undefined)?.incoming?.headersDistinct['host'];
    if ((said?.length ?? 1) > 1) return context.text('One name at a time.\n', 400);
    return isOwnName(host) ? next() : context.text('This guardian has another name.\n', 421);
  };
}

export function isLoopbackName(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

const PAGES = ['/', '/object', '/vote', '/count', '/erase'] as const;

export function pageRoutes(folder: string) {
  const routes = new Hono();
  for (const path of PAGES) {
    routes.get(path, async (context) => {
      const page = await pageFile(folder, 'index.html').catch(() => null);
      context.header('cache-control', 'no-cache');
      return page === null ? context.html(NOT_BUILT, 503) : context.html(new TextDecoder().decode(page));
    });
  }
  const file = (path: string, type: string, cache: string) =>
    pageFile(folder, path).then(
      (bytes) => new Response(bytes, { headers: { 'content-type': type, 'cache-control': cache } }),
      () => new Response('not found\n', { status: 404 }),
    );
  return routes
    .get('/icon.svg', () => file('icon.svg', 'image/svg+xml', 'no-cache'))
    .get('/assets/:name{[A-Za-z0-9_-]+\\.(js|css)}', (context) => {
      const name = context.req.param('name');
      const type = name.endsWith('.js') ? 'text/javascript; charset=utf-8' : 'text/css; charset=utf-8';
      // Vite names it by its content.
      return file(`assets/${name}`, type, 'public, max-age=31536000, immutable');
    });
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Aboveboard guardian</title>
<p>The pages are not built. Run <code>npm run build</code> and load this page again.</p>
</html>
`;
