import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoServer, HOST_POLICY, serveDemo } from './demo/demo-server.ts';
import { CHROMIUM, launch } from './demo/launch.ts';
import { hostilePage } from './hostile-page.ts';

const here = test.skipIf(!existsSync(CHROMIUM));
/** Everything that reaches the outside, by its last word. */
let reached: string[] = [];
let outside: Server;
let origin = '';
let guarded: DemoServer;
let unguarded: DemoServer;
let browser: Browser;

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) return;
  outside = createServer((request, response) => {
    reached.push(request.url ?? '');
    response.writeHead(200, { 'access-control-allow-origin': '*' }).end();
  });
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  guarded = await serveDemo();
  // A host that forgot its policy: what review does by itself must hold.
  unguarded = await serveDemo({ policy: '' });
  browser = await launch();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await guarded?.close();
  await unguarded?.close();
  outside?.closeAllConnections();
  outside?.close();
});

/** What the page did while `mode` replayed it. */
async function replayed(
  server: DemoServer,
  mode: 'stage' | 'unfiltered' | 'filtered' | 'open',
): Promise<string[]> {
  reached = [];
  const page: Page = await browser.newPage({ viewport: { width: 900, height: 700 } });
  await page.goto(`${server.origin}/?bare`);
  await page.waitForSelector('html[data-ready]');
  await page.evaluate(
    async ({ items, mode }) => {
      await demo.replayHostile(items, mode);
    },
    { items: hostilePage(origin), mode },
  );
  await page.mouse.click(200, 200);
  await page.waitForTimeout(1200);
  const ran = await page.evaluate(() => (globalThis as { hostile?: string[] }).hostile ?? []);
  expect(page.url()).toBe(`${server.origin}/?bare`);
  await page.close();
  return [...new Set([...reached, ...ran])];
}

here('[REV30] [REV31] a hostile page does nothing and loads nothing', async () => {
  expect(await replayed(guarded, 'stage')).toEqual([]);
});

here('[REV31] nor where the host has no policy', async () => {
  expect(await replayed(unguarded, 'stage')).toEqual([]);
});

here('[REV30] sandbox and policy of the stage hold when what it is given is not inert', async () => {
  expect(await replayed(unguarded, 'unfiltered')).toEqual([]);
});

here('[REV31] and the filter holds where the stage sets no policy', async () => {
  expect(await replayed(unguarded, 'filtered')).toEqual([]);
});

here('[REV31] style sheets put together at random load nothing once they are inert', async () => {
  const page: Page = await browser.newPage();
  await page.goto(`${unguarded.origin}/?bare`);
  await page.waitForSelector('html[data-ready]');
  const tryAll = async (inert: boolean) => {
    reached = [];
    await page.evaluate(({ origin, inert }) => demo.randomSheets(`${origin}/css`, inert), { origin, inert });
    await page.waitForTimeout(500);
    return reached.length;
  };
  expect(await tryAll(true)).toBe(0);
  // Seeded hole: as they come, they load.
  expect(await tryAll(false)).toBeGreaterThan(20);
  await page.close();
});

here(
  '[REV30] where the host asks for Trusted Types an old page is drawn as one, and no text becomes markup',
  async () => {
    const strict = await serveDemo({
      policy: `${HOST_POLICY}; require-trusted-types-for 'script'; trusted-types default`,
    });
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    try {
      await page.goto(`${strict.origin}/?bare`);
      await page.waitForSelector('html[data-ready]');
      const seen = await page.evaluate(async (items) => {
        for (const { event } of items) {
          const { node } = event.data as { node?: { compatMode?: string } };
          if (node) node.compatMode = 'BackCompat';
        }
        await demo.replayHostile(items, 'stage');
        const frame = document.querySelector('iframe') as HTMLIFrameElement;
        const inner = frame.contentDocument as Document;
        const refuses = (act: () => void) => {
          try {
            act();
            return false;
          } catch {
            return true;
          }
        };
        return {
          drawn: inner.body.childNodes.length > 0,
          doctype: inner.doctype?.publicId,
          write: refuses(() => inner.write('<p>x')),
          markup: refuses(() => {
            inner.body.innerHTML = '<p>x';
          }),
        };
      }, hostilePage(origin));
      expect(seen).toMatchObject({ drawn: true, write: true, markup: true });
      expect(seen.doctype).toContain('Transitional');
      expect(complaints).toEqual([]);
    } finally {
      await page.close();
      await strict.close();
    }
  },
);

here('seeded hole: without filter and policy the same page reaches the outside', async () => {
  const reach = await replayed(unguarded, 'open');
  expect(reach.length).toBeGreaterThan(15);
});
