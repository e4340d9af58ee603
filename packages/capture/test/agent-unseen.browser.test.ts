import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, launch, servePages, withAgent } from './agent-browser.ts';

const PAGE = `<!doctype html><html><body>
<x-chart id="chart"></x-chart><x-plain id="plain">words of its own</x-plain><x-wrap><p>a child</p></x-wrap>
<x-late id="late"></x-late><x-nothing></x-nothing><x-open></x-open>
<script>
const closed = (height) => class extends HTMLElement {
  connectedCallback() {
    this.style.cssText = 'display:block;width:200px';
    this.attachShadow({ mode: 'closed' }).innerHTML = '<div style="height:' + height + 'px">Closed words</div>';
  }
};
const bare = () => class extends HTMLElement { connectedCallback() { this.style.display = 'block'; } };
customElements.define('x-chart', closed(120));
customElements.define('x-plain', bare());
customElements.define('x-wrap', bare());
customElements.define('x-nothing', bare());
customElements.define('x-open', class extends HTMLElement {
  connectedCallback() { this.style.display = 'block'; this.attachShadow({ mode: 'open' }).innerHTML = '<p>seen</p>'; }
});
addEventListener('click', () => customElements.define('x-late', closed(60)));
</script></body></html>`;

let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof servePages>>;
beforeAll(async () => {
  [browser, code, site] = await Promise.all([launch(), bundle('agent-entry.ts'), servePages({ '/': PAGE })]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

test('[AGT16] what is shown in a root that is closed to the recorder is a box of its size, and nothing else is', async () => {
  const page = await browser.newPage();
  const agent = await withAgent(page, code);
  await page.goto(site.origin);
  const world = await agent.top();
  await world.start();
  await world.settled();
  /** Styles that made a box, as they were written. */
  const boxes = () =>
    (JSON.stringify(world.of('state')).match(/width:200px!important;height:[^"]*#9aa0a6/g) ?? []).map(
      (style) => /height:([\d.]+px)/.exec(style)?.[1],
    );
  await world.until(() => boxes().length > 0);
  await page.waitForTimeout(600);
  expect(boxes()).toEqual(['120px']);
  expect(JSON.stringify(world.items)).not.toContain('Closed words');
  // One that becomes what it is later.
  await page.mouse.click(500, 500);
  await world.until(() => boxes().length > 1);
  expect(boxes()).toEqual(['120px', '60px']);
  expect(JSON.stringify(world.of('state')).match(/#9aa0a6/g)).toHaveLength(2);
  await page.close();
});
