import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contributor } from './contributor.ts';
import { buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { startTestSite, type TestSite } from './test-site.ts';

let site: TestSite;
let browser: ExtensionBrowser;
let contributor: Contributor;

/** A page that tries: it wraps what a recorder might touch, before anything else runs in it. */
const WATCHER = `<!doctype html><html lang="en"><head><title>Watcher</title><script>
  const seen = (globalThis.seen = []);
  const note = (what) => seen.push(String(what));
  const wrap = (owner, name) => {
    const own = owner[name];
    owner[name] = function (...args) { note(name + ' ' + (args[0] && args[0].type || typeof args[0])); return own.apply(this, args); };
  };
  for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent']) wrap(EventTarget.prototype, name);
  wrap(globalThis, 'postMessage');
  for (const name of ['appendChild', 'insertBefore', 'removeChild']) wrap(Node.prototype, name);
  for (const name of ['setAttribute', 'attachShadow', 'getBoundingClientRect', 'getAttributeNames', 'matches']) wrap(Element.prototype, name);
  for (const [owner, name] of [[Document.prototype, 'activeElement'], [Node.prototype, 'firstChild'], [HTMLInputElement.prototype, 'value']]) {
    const own = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { ...own, get() { note('get ' + name); return own.get.call(this); } });
  }
  for (const name of ['message', 'error', 'unhandledrejection', 'securitypolicyviolation', 'beforeunload']) {
    EventTarget.prototype.addEventListener.call(globalThis, name, (event) => note('event ' + name));
  }
  seen.length = 0;
  new MutationObserver((records) => { for (const record of records) note('mutation ' + record.type); })
    .observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
  globalThis.before = () => Object.getOwnPropertyNames(globalThis).sort();
  document.addEventListener = new Proxy(document.addEventListener, { apply(target, on, args) { note('document.addEventListener'); return Reflect.apply(target, on, args); } });
</script></head><body><h1>Watcher</h1><input id="field" value="x"></body></html>`;

type Watcher = typeof globalThis & { seen: string[]; before: () => string[] };

beforeAll(async () => {
  buildExtension();
  site = await startTestSite({ '/watcher': WATCHER });
  browser = await ExtensionBrowser.launch();
  contributor = new Contributor(await browser.panel());
  await contributor.openAgreementFile([site.origin, site.frameOrigin]);
  await contributor.accept();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** What the page knows after a second in which a person moved, typed and scrolled in it. */
async function used(page: Page) {
  await page.bringToFront();
  await page.mouse.move(100, 100, { steps: 10 });
  await page.mouse.click(30, 90);
  await page.waitForTimeout(1200);
  return page.evaluate(() => {
    const world = globalThis as Watcher;
    return {
      seen: world.seen.slice(),
      names: world.before(),
      markup: document.documentElement.outerHTML,
      entries: performance.getEntriesByType('resource').map(({ name }) => name),
    };
  });
}

describe('a page that tries to tell (T2)', () => {
  test('[SPO50] it sees the same with the recorder off, on, and after it', async () => {
    const off = await browser.context.newPage();
    await off.goto(`${site.origin}/watcher`);
    const without = await used(off);
    await off.close();

    await contributor.startCard();
    const page = await browser.context.newPage();
    await page.goto(`${site.origin}/watcher`);
    // On a busy machine the agent comes a while after the panel says that it records.
    const taken = async () => (await contributor.view()).live?.taking.map(({ origin }) => origin);
    await expect.poll(taken, { timeout: 20_000 }).toContain(site.origin);
    const recorded = await used(page);
    await contributor.press('Pause');
    await contributor.press('Resume');
    await page.bringToFront();
    await page.waitForTimeout(400);
    await contributor.stop();
    const afterwards = await used(page);

    expect(recorded).toEqual(without);
    expect(afterwards.seen).toEqual(without.seen);
    expect(afterwards.names).toEqual(without.names);
    expect(afterwards.markup).toBe(without.markup);
    await page.close();
  });

  test('[SPO50] a watcher like this sees a recorder that does not care (seeded hole)', async () => {
    const page = await browser.context.newPage();
    await page.goto(`${site.origin}/watcher`);
    const without = await used(page);
    await page.evaluate(() => {
      window.postMessage({ type: 'recorder-started' });
      document.dispatchEvent(new CustomEvent('recorder-started'));
    });
    const { seen } = await used(page);
    expect(seen.length).toBeGreaterThan(without.seen.length);
    await page.close();
  });

  test('[SPO50] no resource of the extension can be fetched, shown, or imported by a page', async () => {
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    const reached = await page.evaluate(async (id) => {
      const base = `chrome-extension://${id}/`;
      const files = [
        'manifest.json',
        'agent.js',
        'panel.html',
        'background.js',
        'review.html',
        'managed-schema.json',
      ];
      const loaded: string[] = [];
      for (const file of files) {
        await fetch(base + file).then(
          () => loaded.push(`fetch ${file}`),
          () => undefined,
        );
        const script = Object.assign(document.createElement('script'), { type: 'module', src: base + file });
        const came = new Promise<boolean>((resolve) => {
          script.onload = () => resolve(true);
          script.onerror = () => resolve(false);
        });
        document.head.append(script);
        if (await came) loaded.push(`import ${file}`);
      }
      const { chrome } = globalThis as { chrome?: { runtime?: { connect?: unknown } } };
      return { loaded, runtime: typeof chrome?.runtime?.connect };
    }, browser.id);
    expect(reached).toEqual({ loaded: [], runtime: 'undefined' });
    const manifest = await contributor.panel.evaluate(() => chrome.runtime.getManifest());
    expect(manifest.web_accessible_resources).toBeUndefined();
    expect(manifest.content_scripts).toBeUndefined();
    expect(manifest.incognito).toBe('not_allowed');
    await page.close();
  });

  test('[SPO52] what runs in a page can not command the worker', async () => {
    await contributor.startCard();
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    await page.waitForTimeout(500);
    // As a content script would, from the isolated world of the page.
    const answered = await contributor.panel.evaluate(
      async (origin) => {
        const [tab] = await chrome.tabs.query({ url: `${origin}/*` });
        const [result] = await chrome.scripting.executeScript({
          target: { tabId: tab?.id ?? 0 },
          func: async () => {
            const ask = chrome.runtime.sendMessage({ command: 'stop' }).then(
              (said) => said ?? null,
              () => null,
            );
            return Promise.race([ask, new Promise((resolve) => setTimeout(() => resolve('silence'), 800))]);
          },
        });
        return result?.result;
      },
      new URL(site.origin).origin.replace(/:\d+$/, ''),
    );
    expect(answered === null || answered === 'silence').toBe(true);
    expect((await contributor.view()).state).toBe('recording');
    await contributor.stop();
    await page.close();
  });
});
