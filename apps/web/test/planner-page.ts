import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { hasChromium, launchChromium } from './chromium.ts';

// The planner as a browser has it, for each test a fresh page; importing this sets a file's tests up.
const WEB = fileURLToPath(new URL('..', import.meta.url));
const VITE = fileURLToPath(new URL('../../../node_modules/vite/bin/vite.js', import.meta.url));
/** Where screenshots go, for people to look at; nowhere unless asked for. */
export const PICTURES = process.env['ABOVEBOARD_PICTURES'];
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** As the server sends it (apps/server page-headers): nothing of another origin, no script but files. */
const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; connect-src 'self'";

export const PATIENT = { timeout: 15_000 };
/** Axe over a whole page in four forms takes its time on a busy machine. */
export const LONG = 600_000;

let built: string;
let files: Server;
let browser: Browser;
export let url: string;
export let page: Page;
export let requests: string[];
export let faults: string[];

/** The built application and the one answer of a server that it needs to begin. */
async function serve(folder: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = normalize((request.url ?? '/').split('?')[0] ?? '/');
    if (path === '/api/about') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ installation: 'demonstration', limits: {}, agreement: null }));
      return;
    }
    const name = extname(path) === '' ? '/index.html' : path;
    const body = await readFile(join(folder, name)).catch(() => null);
    response.statusCode = body ? 200 : 404;
    response.setHeader('content-type', TYPES[extname(name)] ?? 'application/octet-stream');
    response.setHeader('content-security-policy', POLICY);
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

beforeAll(async () => {
  if (!hasChromium) return;
  built = mkdtempSync(join(tmpdir(), 'aboveboard-planner-'));
  execFileSync(process.execPath, [VITE, 'build', '--outDir', built, '--logLevel', 'error'], { cwd: WEB });
  files = await serve(built);
  url = `http://127.0.0.1:${(files.address() as AddressInfo).port}/planner`;
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  files?.close();
  if (built) rmSync(built, { recursive: true, force: true });
});
beforeEach(async () => {
  if (!hasChromium) return;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  page = await context.newPage();
  requests = [];
  faults = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
});
afterEach(async () => {
  await page?.context().close();
});

export const field = (label: string | RegExp) => page.getByRole('textbox', { name: label });
export const comboField = (label: string | RegExp) => page.getByRole('combobox', { name: label });

export async function settled(): Promise<void> {
  await page.locator('.answers[data-final=true]').waitFor();
  await page.locator('.chart svg').first().waitFor();
}
export async function open(address = url): Promise<void> {
  await page.goto(address);
  await settled();
}
export const widths = () =>
  page
    .locator('.memory .term')
    .evaluateAll((terms) => terms.map((term) => (term as HTMLElement).style.width));

/** Opens a folded group of the form. */
export const unfold = (title: string) => page.locator('.asked summary', { hasText: title }).click();

export async function everyPart(): Promise<void> {
  await unfold('Fine-tuning');
  await page.getByLabel('Method').selectOption('qlora');
  await unfold('Your recording programme');
  await field('People who record').fill('40');
  await unfold('Files to run it');
  await page.getByLabel('Write the files').check();
  await page.getByRole('button', { name: 'Save all as one archive' }).waitFor();
  await settled();
}

/** On one axis the first way meets what is verified, on the other the last: the lead changes between them. */
export async function verifyTwoAxes(): Promise<void> {
  for (const [axis, leads] of [
    ['Exit', 0],
    ['Cost predictability', 2],
  ] as const) {
    await page.getByRole('button', { name: axis }).click();
    for (const way of [0, 1, 2]) {
      const first = page.locator('.axis .ways > div').nth(way).locator('li').first();
      await first.getByRole('combobox').selectOption(way === leads ? 'met' : 'notMet');
      await first.getByRole('textbox').fill('tried in May');
    }
  }
}

/** Nothing found by axe, nothing wider than the screen, no target too small to press. */
export async function sound(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(400);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(({ id, nodes }) => `${id} ${nodes.map((n) => n.target).join(' ')}`);
      expect(found, `${name} ${colorScheme} ${width}`).toEqual([]);
      const measured = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        small: Array.from(
          document.querySelectorAll('.planner :is(button, summary, select, input[type=text])'),
        )
          .filter((element) => element.getClientRects().length > 0)
          .filter((element) => element.getBoundingClientRect().height < 43.5)
          .map((element) => element.outerHTML.slice(0, 80)),
      }));
      expect(measured, `${name} at ${width}`).toEqual({ wide: 0, small: [] });
      if (PICTURES)
        await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}-${width}.png`, fullPage: true });
    }
  }
}
