import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentWorld, bundle, launch, servePages, withAgent } from './agent-browser.ts';

// A page that looks for a recorder in every way that we know, before and after anything can be there (T2).
const PAGE = `<!doctype html><html><head><title>t</title><link rel="icon" href="data:,"><script>
const seen = { calls: [], messages: 0, mutations: 0, resources: 0, logs: 0, longtasks: 0, errors: 0 };
window.seen = seen;
const note = (name) => { seen.calls[seen.calls.length] = name; };
const own = (object) => Object.getOwnPropertyNames(object).sort().join();
const snapshot = () => ({
  window: own(window), document: own(document), node: own(Node.prototype), element: own(Element.prototype),
  events: own(EventTarget.prototype), sources: [Node.prototype.appendChild, EventTarget.prototype.addEventListener,
    Element.prototype.attachShadow, CSSStyleSheet.prototype.insertRule, history.pushState, window.fetch,
    MutationObserver, Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set].map(String).join(),
  frames: window.length, scripts: document.scripts.length, sheets: document.styleSheets.length,
  adopted: document.adoptedStyleSheets.length });
window.early = snapshot();
window.snapshotNow = snapshot;
// Traps on what scripts would call to read or watch a page.
const trap = (object, name) => {
  const descriptor = Object.getOwnPropertyDescriptor(object, name);
  if (!descriptor) return;
  const wrap = (f) => f && function (...rest) { note(name); return f.apply(this, rest); };
  if (descriptor.value) Object.defineProperty(object, name, { ...descriptor, value: wrap(descriptor.value) });
  else Object.defineProperty(object, name, { ...descriptor, get: wrap(descriptor.get), set: wrap(descriptor.set) });
};
window.arm = () => {
  for (const name of ['firstChild', 'nextSibling', 'childNodes', 'parentNode', 'textContent', 'nodeType']) trap(Node.prototype, name);
  for (const name of ['shadowRoot', 'attributes', 'getAttribute', 'getAttributeNames', 'matches', 'getBoundingClientRect', 'scrollTop']) trap(Element.prototype, name);
  for (const name of ['value', 'checked', 'type']) trap(HTMLInputElement.prototype, name);
  for (const name of ['cssRules', 'insertRule']) trap(CSSStyleSheet.prototype, name);
  for (const name of ['styleSheets', 'adoptedStyleSheets', 'querySelectorAll', 'activeElement', 'readyState']) trap(Document.prototype, name);
  for (const name of ['addEventListener', 'dispatchEvent']) trap(EventTarget.prototype, name);
  for (const name of ['getCoalescedEvents', 'clientX']) trap(PointerEvent.prototype, name);
  for (const name of ['composedPath', 'target', 'isTrusted', 'timeStamp']) trap(Event.prototype, name);
  for (const name of ['observe']) { trap(MutationObserver.prototype, name); trap(ResizeObserver.prototype, name); }
  trap(window, 'getComputedStyle'); trap(window, 'setTimeout'); trap(window, 'setInterval'); trap(Performance.prototype, 'now');
  trap(JSON, 'stringify'); trap(Array.prototype, 'push'); trap(Map.prototype, 'set'); trap(WeakMap.prototype, 'get');
  Object.defineProperty(Object.prototype, 'type', { get() { note('Object.prototype.type'); }, set() { note('set type'); }, configurable: true });
};
addEventListener('message', () => seen.messages++);
addEventListener('error', () => seen.errors++);
for (const name of ['log', 'warn', 'error', 'debug', 'info']) console[name] = () => { seen.logs++; };
new PerformanceObserver((list) => { seen.resources += list.getEntries().length; }).observe({ type: 'resource' });
new PerformanceObserver((list) => { seen.longtasks += list.getEntries().length; }).observe({ type: 'longtask' });
addEventListener('DOMContentLoaded', () => {
  new MutationObserver((records) => { seen.mutations += records.length; }).observe(document,
    { subtree: true, childList: true, attributes: true, characterData: true });
});
</script><style>.a { color: red }</style></head><body>
<form id="f"><input name="childNodes"><input name="parentNode"><input name="attributes"><input name="nodeType"></form>
<div id="many"></div><input id="i" value="x"><p class="a">words</p><x-late></x-late>
<script>
document.getElementById('many').innerHTML = '<p class="a" title="b">some words <b>and more</b></p>'.repeat(1500);
class Watched extends HTMLElement { static observedAttributes = ['class', 'style', 'data-x'];
  attributeChangedCallback() { note('attributeChanged'); } connectedCallback() { this.ready = true; } }
customElements.define('x-late', Watched);
</script></body></html>`;

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

type Seen = {
  calls: string[];
  messages: number;
  mutations: number;
  resources: number;
  logs: number;
  errors: number;
};
type Found = { seen: Seen & { longtasks: number }; changed: string[]; markup: number };

/** What the page found while it was used for two seconds. */
async function looked(recording: boolean): Promise<{ found: Found; world: AgentWorld | null }> {
  const page = await browser.newPage();
  const agent = recording ? await withAgent(page, code) : null;
  await page.goto(site.origin);
  // DevTools itself looks at the page while it loads; the traps are armed after that.
  await page.waitForTimeout(300);
  const world = agent ? await agent.top() : null;
  await page.evaluate('arm(); seen.longtasks = 0; 0');
  await world?.start();
  await world?.settled();
  await used(page);
  const found = (await page.evaluate(`(() => { const calls = [...seen.calls]; const now = snapshotNow();
    return { seen: { ...seen, calls }, markup: document.documentElement.outerHTML.length,
      changed: Object.keys(now).filter((key) => key !== 'sources' && String(now[key]) !== String(early[key])) }; })()`)) as Found;
  await page.close();
  return { found, world };
}

async function used(page: Page): Promise<void> {
  await page.mouse.move(40, 300);
  await page.mouse.move(80, 310, { steps: 5 });
  await page.mouse.wheel(0, 50);
  await page.mouse.click(100, 320);
  await page.keyboard.press('Tab');
  await page.waitForTimeout(1500);
}

test('[AGT1] a page that looks finds the same with the agent as without it', async () => {
  const without = await looked(false);
  const { found, world } = await looked(true);
  expect(world?.of('state').length).toBeGreaterThan(2);
  expect(world?.of('event').length).toBeGreaterThan(4);
  expect(found.markup).toBe(without.found.markup);
  expect(found.changed).toEqual(without.found.changed);
  const { longtasks, calls, ...rest } = found.seen;
  const { longtasks: before, calls: callsBefore, ...restBefore } = without.found.seen;
  expect(rest).toEqual(restBefore);
  expect(new Set(calls)).toEqual(new Set(callsBefore));
  // On a busy machine a page has long tasks of its own; the agent's share is in AGT40.
  expect(longtasks).toBeLessThanOrEqual(before + 3);
});

test('[AGT1] seeded hole: the same page finds an agent that runs in its own world', async () => {
  const page = await browser.newPage();
  await page.addInitScript('globalThis.aboveboardPost = () => {}');
  await page.goto(site.origin);
  await page.evaluate('arm(); 0');
  await page.evaluate(code);
  await page.evaluate((settings) => globalThis.aboveboardReceive({ type: 'start', settings }), {
    firstNodeId: 1,
    signals: { pointer: true, keys: true, text: true, states: true },
    literals: [],
    shipped: { exact: [] },
    selectors: { open: [], closed: [] },
    renaming: '00'.repeat(16),
  });
  await page.waitForTimeout(800);
  expect(await page.evaluate('seen.calls.length')).toBeGreaterThan(100);
  await page.close();
});
