import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { Route } from 'playwright-core';

/** The rendering page lives under a name that resolves nowhere; all its files come from dist/. */
export const RENDERING_ORIGIN = 'http://rendering.invalid';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/**
 * Answers a request of the rendering page from `folder`; every other request is refused, so that nothing
 * that a recorded page names is ever asked for.
 */
export async function answerFrom(folder: string, route: Route): Promise<void> {
  const url = new URL(route.request().url());
  const path = normalize(url.pathname === '/' ? '/index.html' : url.pathname);
  const type = TYPES[extname(path)];
  if (url.origin !== RENDERING_ORIGIN || !type || path.split(sep).includes('..')) return route.abort();
  try {
    const body = await readFile(join(folder, path));
    await route.fulfill({ body, contentType: type, headers: { 'content-security-policy': POLICY } });
  } catch {
    await route.abort();
  }
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none'";
