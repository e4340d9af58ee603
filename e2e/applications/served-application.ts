import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { Hand } from '../hand.ts';

/** Gives the made-up text for a place; the same place, the same text, another one in every other filling. */
export type Plant = (place: string) => string;

/** What an application is filled with. Nothing that is data may be the same in two fillings. */
export type Filled = { plant: Plant; day: string; count: number };

export type Served = { origin: string; stop(): Promise<void> };

/** A real application of somebody else's, from the npm registry, filled with what is planted. */
export type TestApplication = {
  name: string;
  /** What it is, for a table. */
  about: string;
  start(filled: Filled): Promise<Served>;
  /** Where it begins; the root if nothing is said. */
  entry?: string;
  /** Shown when the first view is complete. */
  ready: string;
  /** Goes through its views; `still` is where the page is looked at. */
  tour(page: Page, hand: Hand, plant: Plant, still: () => Promise<void>): Promise<void>;
};

type Answer = { type: string; body: string | Uint8Array };

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff': 'font/woff',
};

export function json(value: unknown): Answer {
  return { type: 'application/json', body: JSON.stringify(value) };
}

export function html(body: string): Answer {
  return { type: TYPES['.html'] as string, body };
}

/** The folder of a package that is installed for the whole repository; some export nothing of what they ship. */
export function packageFolder(name: string): string {
  return fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));
}

/**
 * Serves an application's built files on loopback, below the path `at`. `answer` is asked first, and stands in for
 * its server; null leaves the path to the files.
 */
export async function serveApplication(
  files: { folder: string; at?: string },
  answer: (path: string, query: URLSearchParams) => Answer | null,
): Promise<Served> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = decodeURIComponent(url.pathname);
    const given = answer(path, url.searchParams);
    const found = given ? Promise.resolve(given) : fileOf(files.folder, path.slice(files.at?.length ?? 0));
    void found.then((sent) => {
      if (sent) response.writeHead(200, { 'content-type': sent.type }).end(sent.body);
      else response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not_found"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function fileOf(folder: string, path: string): Promise<Answer | null> {
  const inside = normalize(path);
  const type = TYPES[extname(inside)];
  if (!type || inside.split(sep).includes('..')) return null;
  return readFile(join(folder, inside)).then(
    (body) => ({ type, body }),
    () => null,
  );
}
