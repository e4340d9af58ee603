import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { Context } from 'hono';
import { notFound } from '../refusal.ts';
import type { Env } from './context.ts';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** The built web application: its files, and its one page for every path that is a page of it. */
export function webPages(folder: string | null) {
  return async (context: Context<Env>): Promise<Response> => {
    if (context.req.method !== 'GET' && context.req.method !== 'HEAD') throw notFound();
    if (!folder || !existsSync(join(folder, 'index.html'))) {
      return isPage(context) ? context.html(NOT_BUILT, 503) : Promise.reject(notFound());
    }
    const path = fileWithin(folder, context.req.path);
    const type = path === null ? undefined : TYPES[extname(path)];
    if (path !== null && type) {
      const bytes = await readFile(path).catch(() => null);
      if (bytes) {
        // Vite names what is in assets/ by its content.
        const isNamedByContent = path.startsWith(join(folder, 'assets') + sep);
        context.header(
          'cache-control',
          isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache',
        );
        context.header('content-type', type);
        return context.body(bytes);
      }
    }
    if (!isPage(context)) throw notFound();
    context.header('cache-control', 'no-cache');
    return context.html(await readFile(join(folder, 'index.html'), 'utf8'));
  };
}

/** Null: not the path of a file below `folder`. */
function fileWithin(folder: string, urlPath: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch {
    return null;
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return null;
  const path = normalize(join(folder, decoded));
  return path.startsWith(folder + sep) ? path : null;
}

/** A browser that goes to a page, and not a script that looks for a file. */
function isPage(context: Context<Env>): boolean {
  return extname(context.req.path) === '' && (context.req.header('accept') ?? '').includes('text/html');
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Aboveboard</title>
<p>The web application is not built. Run <code>npm run build</code> and load this page again.</p>
<p>The server itself runs: see <a href="/api/about">/api/about</a> and <a href="/openapi.json">/openapi.json</a>.</p>
</html>
`;
