import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, launch, servePages, withAgent } from './agent-browser.ts';
import { replay, replayedMarkup } from './replayed-page.ts';

const CLOBBERED = `<!doctype html><title>t</title><body>
<form id="form"><input name="childNodes"><input name="firstChild"><input name="nextSibling"><input name="parentNode">
<input name="attributes"><input name="getAttributeNames"><input name="localName"><input name="shadowRoot"><input name="nodeType"><p>inside</p></form>
<img name="body"><img name="documentElement"><img name="querySelectorAll"><form name="styleSheets"></form><embed name="readyState">
<img name="defaultView"><img name="activeElement"><img name="addEventListener"><p id="after">after</p>
<script>
Object.prototype.toJSON = () => 'polluted'; Array.prototype.push = () => { throw new Error('polluted') };
Map.prototype.get = () => 'polluted'; String.prototype.replace = () => 'polluted'; Set.prototype.has = () => true;
Object.defineProperty(Element.prototype, 'getAttribute', { value: () => 'polluted' });
Object.defineProperty(Node.prototype, 'firstChild', { get: () => { throw new Error('polluted') } });
Event.prototype.composedPath = () => { throw new Error('polluted') };
window.MutationObserver = class { observe() { throw new Error('polluted') } };
Object.defineProperty(CSSStyleSheet.prototype, 'cssRules', { get() { throw new Error('polluted') } });
</script>`;
const EMPTY = '<!doctype html><title>t</title><body><div id="stage"></div>';

let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof servePages>>;
beforeAll(async () => {
  [browser, code, site] = await Promise.all([
    launch(),
    bundle('agent-entry.ts'),
    servePages({ '/clobbered': CLOBBERED, '/': EMPTY }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function opened(path: string) {
  const page = await browser.newPage();
  const { top } = await withAgent(page, code);
  await page.goto(site.origin + path);
  return { page, world: await top() };
}

test('[AGT2] names that shadow the DOM and prototypes that lie change nothing', async () => {
  const { page, world } = await opened('/clobbered');
  await world.start();
  await world.settled();
  await page.mouse.click(200, 200);
  await world.until(() => world.of('event').some((item) => item.event.kind === 'down'));
  const replaying = await browser.newPage();
  await replay(replaying, world);
  const markup = await replayedMarkup(replaying);
  const tags = (text: string) => [...text.matchAll(/<(\w+)/g)].map((match) => match[1]);
  expect(tags(markup)).toEqual([
    ...['form', ...Array(9).fill('input'), 'p', ...Array(3).fill('img'), 'form', 'canvas'],
    ...[...Array(3).fill('img'), 'p', 'noscript'],
  ]);
  expect(JSON.stringify(world.messages)).not.toContain('polluted"');
  await page.close();
  await replaying.close();
});

test('[AGT41] a document of a million nodes is refused at once, by a fault', async () => {
  const { page, world } = await opened('/');
  await page.evaluate(() => {
    const piece = '<i></i>'.repeat(1000);
    const stage = document.getElementById('stage') as HTMLElement;
    // Laying it out would be the page's own minute.
    stage.style.display = 'none';
    for (let i = 0; i < 500; i++) {
      const part = document.createElement('div');
      part.innerHTML = piece;
      stage.append(part);
    }
    for (let i = 0; i < 500; i++) stage.append(stage.children[i]?.cloneNode(true) as Node);
  });
  await world.start();
  await world.until(() => world.messages.some((m) => m.type === 'fault'), 20_000, 'a fault');
  expect(world.messages.at(-1)).toMatchObject({ type: 'fault', reason: 'overload' });
  const began = world.of('place')[0]?.at ?? 0;
  expect((world.messages.at(-1) as { at: number }).at - began).toBeLessThan(500);
  await page.close();
});

test('[AGT41] a document that grows past the limit ends in a fault', async () => {
  const { page, world } = await opened('/');
  await world.start();
  await world.settled();
  await page.evaluate(() => {
    const stage = document.getElementById('stage') as HTMLElement;
    stage.style.display = 'none';
    stage.innerHTML = '<b></b>'.repeat(110_000);
  });
  await world.until(() => world.messages.some((m) => m.type === 'fault'), 30_000, 'a fault');
  await page.close();
});

test('[AGT40] 40,000 nodes that come at once are written in slices, and all of them', async () => {
  const { page, world } = await opened('/');
  await world.start();
  await world.settled();
  await world.evaluate('agentTasks.count = 0; agentTasks.long = []');
  await page.evaluate(() => {
    const stage = document.getElementById('stage') as HTMLElement;
    for (let i = 0; i < 20; i++) {
      const part = document.createElement('section');
      part.innerHTML = '<p class="row"><b>words</b></p>'.repeat(660);
      stage.append(part);
    }
  });
  await world.settled(30_000);
  const nodes = world
    .of('state')
    .reduce(
      (n, { change }) => n + (change.type === 3 && change.data.source === 0 ? change.data.adds.length : 0),
      0,
    );
  expect(nodes).toBe(20 * (1 + 660 * 3));
  // Tasks are timed by the clock on the wall, so a busy machine makes some long; `npm run bench page` is exact.
  const { count, long } = (await world.evaluate('agentTasks')) as { count: number; long: [string, number][] };
  expect(count).toBeGreaterThan(10);
  expect(long.filter(([, spent]) => spent > 50).length / count).toBeLessThan(0.1);
  await page.close();
});
