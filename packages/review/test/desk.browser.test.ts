import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoServer, serveDemo } from './demo/demo-server.ts';
import { CHROMIUM, launch } from './demo/launch.ts';

const here = test.skipIf(!existsSync(CHROMIUM));
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
let server: DemoServer;
let browser: Browser;

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) return;
  // axe is put into the page from outside; a host's policy would not let it in.
  server = await serveDemo({ policy: '' });
  browser = await launch();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function opened(
  size: { width: number; height: number },
  colorScheme: 'light' | 'dark' = 'light',
  query = '',
): Promise<Page> {
  const page = await browser.newPage({ viewport: size, colorScheme });
  page.on('pageerror', (error) => console.log('page error:', error.message));
  await page.goto(`${server.origin}/?${query}`);
  await page.waitForSelector('html[data-ready]');
  await page.waitForSelector('.rv-pages iframe');
  return page;
}

/** Kept only where somebody wants to look at them. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['ABOVEBOARD_PICTURES'];
  if (!folder) return;
  mkdirSync(join(tmpdir(), folder), { recursive: true });
  await page.screenshot({ path: join(tmpdir(), folder, `${name}.png`), fullPage: true });
}

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 320, height: 720 };

here.each(['light', 'dark'] as const)('axe finds nothing, %s, wide and narrow', async (scheme) => {
  for (const [name, size] of [
    ['wide', WIDE],
    ['narrow', NARROW],
  ] as const) {
    const page = await opened(size, scheme);
    await page.waitForSelector('.rv-facts');
    await page.addScriptTag({ path: axe });
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: {
          run: (o: object, p: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
        };
      };
      const { violations } = await axe.run({ exclude: [['iframe']] }, { iframes: false });
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
      );
    });
    expect(found).toEqual([]);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wider).toBeLessThanOrEqual(0);
    await picture(page, `${name}-${scheme}`);
    await page.close();
  }
});

here('[REV34] a keyboard is enough from opening to release, and never ends up in the replay', async () => {
  const page = await opened(WIDE);
  const focused = () =>
    page.evaluate(
      () =>
        document.activeElement?.textContent?.trim() ||
        document.activeElement?.getAttribute('aria-label') ||
        document.activeElement?.nodeName ||
        '',
    );
  const tabTo = async (name: RegExp) => {
    for (let i = 0; i < 400; i += 1) {
      const now = await focused();
      if (name.test(now)) return;
      expect(now).not.toBe('IFRAME');
      await page.keyboard.press('Tab');
    }
    throw new Error(`${name} was not reached`);
  };
  await tabTo(/^Play$/);
  // Cut from one second to three.
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('[');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press(']');
  await page.keyboard.press('x');
  await page.getByText('Cut from 0:01.0 to 0:03.0').first().waitFor();
  await page.keyboard.press('z');
  await page.getByText('You have changed nothing.').waitFor();
  await page.keyboard.press('Shift+Z');
  await page.getByText('Cut from 0:01.0 to 0:03.0').first().waitFor();
  // Mask by keys alone: what is around the middle of the page.
  await page.keyboard.press('m');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.getByText(/^Element masked/).waitFor();
  await tabTo(/^Time in the recording$/);
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await tabTo(/^Discard$/);
  await page.waitForSelector('.rv-facts', { timeout: 30_000 });
  await tabTo(/^Release$/);
  await picture(page, 'before-release');
  await page.keyboard.press('Enter');
  await page.waitForSelector('html[data-done="released"]');
  const kinds = await page.evaluate(async () => {
    const reasons: string[] = [];
    for await (const part of globalThis.result?.events() ?? [])
      for (const e of part) if (e.kind === 'gap' && e.reason === 'cut') reasons.push(`${e.t}-${e.until}`);
    return {
      reasons,
      masks: globalThis.result?.manifest.masks.map((mask) => mask.rule),
      worked: globalThis.result?.manifest.outcome.worked,
    };
  });
  expect(kinds.reasons).toEqual(['1000-3000']);
  expect(kinds.masks).toContain('review.element');
  expect(kinds.worked).toBeNull();
  await page.close();
});

here('[REV24] a drawn rectangle closes what is in it and leaves the rest', async () => {
  const page = await opened(WIDE);
  await page.waitForSelector('.rv-facts');
  await page.getByRole('button', { name: 'Draw a rectangle' }).click();
  await page.locator('.rv-stage').scrollIntoViewIfNeeded();
  await page.evaluate(() => scrollTo(0, 0));
  const box = await page.locator('.rv-overlay').boundingBox();
  if (!box) throw new Error('nothing is shown');
  const scale = box.width / 1280;
  // The heading "Expenses 0" of the made-up page.
  await page.mouse.move(box.x + 215 * scale, box.y + 20 * scale);
  await page.mouse.down();
  await page.mouse.move(box.x + 420 * scale, box.y + 70 * scale, { steps: 4 });
  await page.mouse.up();
  await page.getByText(/^Rectangle masked/).waitFor();
  await picture(page, 'rectangle');
  await page.waitForTimeout(800);
  await page.waitForSelector('.rv-facts', { timeout: 30_000 });
  const words = await page.evaluate(async () => {
    for await (const part of globalThis.result?.states() ?? []) {
      for (const item of part)
        if (item.event.type === 2 && item.surface === 0) return JSON.stringify(item.event);
    }
    return '';
  });
  expect(words).not.toContain('Expenses 0');
  expect(words).toContain('Reports');
  expect(words).toContain('Save');
  await page.close();
});

here(
  '[REV41] nothing can be released before it is known what leaves, and the three ways are alike',
  async () => {
    const page = await opened(NARROW, 'light', 'held');
    const release = page.getByRole('button', { name: 'Release' });
    await release.click({ force: true });
    expect(await page.locator('html').getAttribute('data-done')).toBeNull();
    const sizes = await page
      .locator('.rv-way')
      .evaluateAll((ways) =>
        ways.map(
          (way) =>
            `${Math.round(way.getBoundingClientRect().width)}x${Math.round(way.getBoundingClientRect().height)} ${getComputedStyle(way).fontWeight} ${getComputedStyle(way).borderColor}`,
        ),
      );
    await page.evaluate(async () => {
      while (!document.querySelector('.rv-facts')) {
        dispatchEvent(new Event('measure'));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    expect(new Set(sizes.map((size) => size.split(' ')[0])).size).toBe(1);
    await page.getByRole('button', { name: 'Discard' }).click();
    expect(await page.locator('html').getAttribute('data-done')).toBe('discarded');
    await page.close();
  },
);

here('what was released is shown without tools', async () => {
  const page = await opened(WIDE, 'light', 'view');
  await page.getByRole('button', { name: 'Play' }).click();
  await page.waitForTimeout(1500);
  const t = await page.getByRole('slider').getAttribute('aria-valuenow');
  expect(Number(t)).toBeGreaterThanOrEqual(1);
  expect(await page.getByRole('button', { name: 'Release' }).count()).toBe(0);
  await picture(page, 'view');
  await page.close();
});

here('[REV43] the three ways on do not move when it is known what leaves', async () => {
  for (const size of [WIDE, NARROW]) {
    const places: number[] = [];
    for (const query of ['held', '']) {
      const page = await opened(size, 'light', query);
      if (query === '') await page.waitForSelector('.rv-facts');
      const release = page.getByRole('button', { name: 'Release' });
      places.push(await release.evaluate((button) => button.getBoundingClientRect().top + scrollY));
      await page.close();
    }
    expect(places[1]).toBe(places[0]);
  }
});
