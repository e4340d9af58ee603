import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentWorld, bundle, launch, servePages, withAgent } from './agent-browser.ts';

// Pointers other than a plain mouse: fingers, a captured pointer, a page that is zoomed.

const PAGE = `<!doctype html><title>t</title><meta name="viewport" content="width=device-width">
<style>body{margin:0} #tap,#thumb{position:absolute;left:100px;top:100px;width:60px;height:40px;background:#ccc}
#thumb{top:200px;touch-action:none} #far{position:absolute;top:2800px}</style>
<body><button id="tap">tap</button><div id="thumb">thumb</div><div id="far">far</div>
<script>
const thumb = document.getElementById('thumb');
thumb.addEventListener('pointerdown', (e) => { thumb.setPointerCapture(e.pointerId); });
thumb.addEventListener('pointermove', (e) => { if (e.buttons) thumb.style.left = e.clientX - 30 + 'px'; });
</script></body>`;

let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof servePages>>;
beforeAll(async () => {
  [browser, code, site] = await Promise.all([launch(), bundle('agent-entry.ts'), servePages({ '/': PAGE })]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function recorded(touch = false): Promise<{ page: Page; world: AgentWorld; cdp: CDPSession }> {
  const context = await browser.newContext({ hasTouch: touch });
  const page = await context.newPage();
  const { top, cdp } = await withAgent(page, code);
  await page.goto(site.origin);
  const world = await top();
  await world.start();
  await world.settled();
  return { page, world, cdp };
}
const events = (world: AgentWorld) => world.of('event').map((item) => item.event);
const pressed = (world: AgentWorld) =>
  events(world).flatMap((e) => (e.kind === 'down' || e.kind === 'up' ? [e] : []));
const nodeOf = (world: AgentWorld, tag: string) =>
  Number(new RegExp(`"id":(\\d+),"tagName":"${tag}"`).exec(JSON.stringify(world.of('state')))?.[1]);

type Finger = { x: number; y: number; id: number };
const touch = (
  cdp: CDPSession,
  type: 'touchStart' | 'touchMove' | 'touchEnd' | 'touchCancel',
  ...fingers: Finger[]
) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints: fingers });

describe('touch', () => {
  test('[AGT50] a tap is one press and release of a finger on what it met', async () => {
    const { page, world, cdp } = await recorded(true);
    await touch(cdp, 'touchStart', { x: 120, y: 115, id: 1 });
    await touch(cdp, 'touchEnd');
    await page.waitForTimeout(500);
    const node = nodeOf(world, 'button');
    expect(pressed(world)).toEqual([
      { kind: 'down', x: 120, y: 115, button: 0, pointer: 'touch', node },
      { kind: 'up', x: 120, y: 115, button: 0, pointer: 'touch', node },
    ]);
    await page.context().close();
  });

  test('[AGT52] a finger that scrolls is released where the browser took it over, and the page has scrolled', async () => {
    const { page, world, cdp } = await recorded(true);
    await touch(cdp, 'touchStart', { x: 400, y: 500, id: 1 });
    for (let i = 1; i <= 12; i++) {
      await touch(cdp, 'touchMove', { x: 400, y: 500 - i * 20, id: 1 });
      await page.waitForTimeout(16);
    }
    await touch(cdp, 'touchEnd');
    await world.until(() => world.of('scroll').length > 0);
    await page.waitForTimeout(500);
    expect(pressed(world).map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual([
      'down touch',
      'up touch',
    ]);
    const up = pressed(world)[1] as { y: number };
    expect(up.y).toBeGreaterThan(400);
    expect(world.of('scroll').at(-1)?.y).toBeGreaterThan(100);
    await page.context().close();
  });

  test('[AGT52] where the page keeps the finger it drags; of two fingers the first is followed', async () => {
    const { page, world, cdp } = await recorded(true);
    const first = (x: number) => ({ x, y: 215, id: 1 });
    await touch(cdp, 'touchStart', first(120));
    await touch(cdp, 'touchStart', first(120), { x: 600, y: 400, id: 2 });
    for (let i = 1; i <= 5; i++) {
      await touch(cdp, 'touchMove', first(120 + i * 30), { x: 600, y: 400 + i * 10, id: 2 });
      await page.waitForTimeout(16);
    }
    await touch(cdp, 'touchEnd');
    await page.waitForTimeout(500);
    expect(pressed(world)).toMatchObject([
      { kind: 'down', x: 120, y: 215, pointer: 'touch' },
      { kind: 'up', x: 270, y: 215, pointer: 'touch' },
    ]);
    const moves = events(world).filter((e) => e.kind === 'move');
    expect(moves.length).toBeGreaterThan(2);
    expect(moves.every((e) => e.kind === 'move' && e.y === 215)).toBe(true);
    await page.context().close();
  });
});

describe('pointer capture', () => {
  test('[AGT50] [AGT52] a captured pointer is followed outside of what holds it, and out of the window', async () => {
    const { page, world } = await recorded();
    await page.mouse.move(120, 215);
    await page.mouse.down();
    for (const [x, y] of [
      [300, 400],
      [900, 650],
      [1400, 800],
      [-40, 300],
      [500, 300],
    ] as const)
      await page.mouse.move(x, y, { steps: 4 });
    await page.mouse.up();
    await page.waitForTimeout(500);
    const node = pressed(world)[0]?.node;
    // The release belongs to what holds the pointer, not to what lies below.
    expect(pressed(world)).toMatchObject([
      { kind: 'down', x: 120, y: 215 },
      { kind: 'up', x: 500, y: 300, node },
    ]);
    const xs = events(world).flatMap((e) => (e.kind === 'move' ? [e.x] : []));
    expect(Math.min(...xs)).toBe(-40);
    expect(Math.max(...xs)).toBe(1400);
    await page.context().close();
  });
});

describe('zoom', () => {
  test('[AGT81] another device-pixel ratio is said with its viewport, and places stay CSS pixels', async () => {
    const { page, world, cdp } = await recorded();
    const said = () => world.of('geometry').map(({ geometry }) => geometry);
    expect(said()[0]).toMatchObject({ viewport: { width: 1280, height: 720 }, ratio: 1 });
    // What the browser does at 150 %: fewer CSS pixels in the same window, more device pixels for each.
    const zoomed = { width: 853, height: 480, deviceScaleFactor: 1.5, mobile: false };
    await cdp.send('Emulation.setDeviceMetricsOverride', zoomed);
    await world.until(() => said().length > 1);
    expect(said().at(-1)).toMatchObject({ viewport: { width: 853, height: 480 }, ratio: 1.5 });
    await page.mouse.click(120, 115);
    await world.until(() => pressed(world).length === 2);
    expect(pressed(world)[0]).toMatchObject({ x: 120, y: 115, node: nodeOf(world, 'button') });
    await page.context().close();
  });

  test('[AGT50] [AGT81] pinched, a place is still one of the layout: that of the box that was touched', async () => {
    const { page, world, cdp } = await recorded(true);
    await cdp.send('Emulation.setPageScaleFactor', { pageScaleFactor: 2 });
    await page.waitForTimeout(400);
    const scale = await page.evaluate(() => visualViewport?.scale);
    expect(scale).toBe(2);
    await touch(cdp, 'touchStart', { x: 120, y: 115, id: 1 });
    await touch(cdp, 'touchEnd');
    await world.until(() => pressed(world).length === 2);
    const [down] = pressed(world);
    const box = await page.locator('#tap').evaluate((e) => {
      const { x, y, width, height } = e.getBoundingClientRect();
      return { x, y, width, height };
    });
    expect(down?.node).toBe(nodeOf(world, 'button'));
    expect(down?.x).toBeGreaterThanOrEqual(box.x);
    expect(down?.x).toBeLessThanOrEqual(box.x + box.width);
    expect(down?.y).toBeGreaterThanOrEqual(box.y);
    expect(down?.y).toBeLessThanOrEqual(box.y + box.height);
    await page.context().close();
  });
});
