import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentWorld, bundle, launch, servePages, withAgent } from './agent-browser.ts';
import { liveBoxes, offsets, quantile, replay, replayedBoxes, replayedMarkup } from './replayed-page.ts';
import { INNER, PICTURE, SHIPPED, WORKBENCH, WORKBENCH_CSS } from './workbench.ts';

let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof servePages>>;

beforeAll(async () => {
  [browser, code, site] = await Promise.all([
    launch(),
    bundle('agent-entry.ts'),
    servePages({
      '/': WORKBENCH,
      '/workbench.css': WORKBENCH_CSS,
      '/inner': INNER,
      '/picture.svg': PICTURE,
      '/empty': '<!doctype html><title>e</title><style id="s"></style><body><div id="stage"></div></body>',
    }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function recorded(
  path: string,
  bare: boolean,
): Promise<{ page: Page; world: AgentWorld; worlds: AgentWorld[] }> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
  const { top, worlds } = await withAgent(page, code, { bare });
  await page.goto(site.origin + path);
  const world = await top();
  await world.start({ shipped: { exact: SHIPPED } });
  await world.settled();
  return { page, world, worlds };
}

async function compare(page: Page, world: AgentWorld): Promise<{ off: number[]; warnings: string[] }> {
  const live = await liveBoxes(page);
  const replaying = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  const warnings = await replay(replaying, world);
  const boxes = await replayedBoxes(replaying);
  await replaying.close();
  expect(boxes.map((box) => box.tag.replace(/^x-.*/, 'x'))).toEqual(
    live.map((box) => (box.tag === 'script' ? 'noscript' : box.tag.replace(/^x-.*/, 'x'))),
  );
  return { off: offsets(live, boxes), warnings };
}

/** Share of pixels that are the same in both pages. */
async function equalPixels(a: Page, b: Page): Promise<number> {
  const [one, other] = [PNG.sync.read(await a.screenshot()), PNG.sync.read(await b.screenshot())];
  let same = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    const off = [0, 1, 2].some((i) => Math.abs((one.data[at + i] ?? 0) - (other.data[at + i] ?? 0)) > 8);
    if (!off) same++;
  }
  return same / (one.data.length / 4);
}

describe('what a player makes of the states', () => {
  test('[AGT12] without masks it is the live page, box for box', async () => {
    const { page, world } = await recorded('/', true);
    const { off, warnings } = await compare(page, world);
    expect(warnings).toEqual([]);
    expect(Math.max(...off)).toBeLessThanOrEqual(0.5);
    await page.close();
  });

  test('[AGT12] with masks it is the live page under the same masks', async () => {
    const { page, world } = await recorded('/', false);
    const before = await liveBoxes(page);
    await world.evaluate('aboveboardMaskPage()');
    await page.waitForTimeout(300);
    const masked = await compare(page, world);
    expect(quantile(masked.off, 0.5)).toBe(0);
    expect(quantile(masked.off, 0.9)).toBeLessThanOrEqual(1);
    const replaying = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    await replay(replaying, world);
    expect(await equalPixels(page, replaying)).toBeGreaterThanOrEqual(0.99);
    const unmasked = offsets(before, await replayedBoxes(replaying));
    // Filler wraps otherwise than text: here a line of it more or less above most of the page (ADR 0095).
    expect(quantile(unmasked, 0.5)).toBeLessThanOrEqual(24);
    await replaying.close();
    await page.close();
  });

  test('[AGT13] any order of insertions, moves, removals and changes ends in the true document', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const { page, world } = await recorded('/empty', true);
      for (let round = 0; round < 12; round++) {
        await page.evaluate(disorder, { seed: seed * 1000 + round, acts: 25 });
        await page.waitForTimeout(round % 3 === 0 ? 90 : 5);
      }
      await world.settled();
      const live = await page.evaluate(() => document.body.innerHTML.replace(/<!--.*?-->/g, ''));
      const replaying = await browser.newPage();
      const warnings = await replay(replaying, world);
      expect(await replayedMarkup(replaying), `seed ${seed}`).toBe(live);
      expect(warnings).toEqual([]);
      await replaying.close();
      await page.close();
    }
  });

  test('[AGT20] rules that scripts insert, delete and edit, and sheets that they adopt', async () => {
    const { page, world } = await recorded('/', true);
    await page.evaluate(() => {
      const sheet = (document.querySelector('style') as HTMLStyleElement).sheet as CSSStyleSheet;
      sheet.insertRule('#stage { height: 41px; width: 123px }', sheet.cssRules.length);
      const extra = document.createElement('div');
      extra.className = 'adopted';
      document.getElementById('stage')?.append(extra);
    });
    await page.waitForTimeout(700);
    await page.evaluate(() => {
      const sheet = (document.querySelector('style') as HTMLStyleElement).sheet as CSSStyleSheet;
      (sheet.cssRules[1] as CSSStyleRule).style.setProperty('height', '52px');
      (document.adoptedStyleSheets[0] as CSSStyleSheet).insertRule('.adopted { margin-left: 19px }', 1);
      const another = new CSSStyleSheet();
      another.replaceSync('.badge { padding: 6px }');
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, another];
    });
    await page.waitForTimeout(1500);
    const { off, warnings } = await compare(page, world);
    expect(warnings).toEqual([]);
    expect(Math.max(...off)).toBeLessThanOrEqual(0.5);
    await page.close();
  });

  test('[AGT70] fields as they are filled by hand and by script', async () => {
    const { page, world } = await recorded('/', true);
    await page.fill('#vendor', 'Somebody');
    await page.selectOption('#status', 'o');
    await page.selectOption('#many', ['Beta', 'Gamma']);
    await page.click('input[type=radio][value=b]');
    await page.evaluate(() => {
      (document.querySelector('#notes') as HTMLTextAreaElement).value = 'by script';
      (document.querySelector('input[type=checkbox]') as HTMLInputElement).checked = false;
    });
    await page.waitForTimeout(800);
    const replaying = await browser.newPage();
    await replay(replaying, world);
    const fields = `(d) => [
      d.querySelector('#vendor').value, d.querySelector('#status').selectedIndex,
      [...d.querySelectorAll('#many option')].map((o) => o.selected), d.querySelector('#notes').value,
      [...d.querySelectorAll('input[type=radio], input[type=checkbox]')].map((i) => i.checked)]`;
    const shown = await replaying.evaluate(`(${fields})(document.querySelector('iframe').contentDocument)`);
    expect(shown).toEqual(await page.evaluate(`(${fields})(document)`));
    await replaying.close();
    await page.close();
  });
});

/** Runs in the page: random acts on the tree below #stage. */
function disorder({ seed, acts }: { seed: number; acts: number }): void {
  let state = seed;
  const random = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
  const stage = document.getElementById('stage') as HTMLElement;
  const detached: Node[] = [];
  for (let i = 0; i < acts; i++) {
    const all = [stage, ...stage.querySelectorAll('*')];
    const pick = all[random(all.length)] as Element;
    const other = all[random(all.length)] as Element;
    switch (random(9)) {
      case 0:
      case 1: {
        const made = document.createElement(['div', 'span', 'p', 'b'][random(4)] as string);
        made.append(`t${random(1000)}`);
        if (random(2)) made.append(document.createElement('i'), document.createComment('c'), 'tail');
        pick.insertBefore(made, pick.childNodes[random(pick.childNodes.length + 1)] ?? null);
        break;
      }
      case 2:
        if (pick !== stage && !pick.contains(other)) other.insertBefore(pick, other.childNodes[0] ?? null);
        break;
      case 3:
        if (pick !== stage) {
          pick.remove();
          detached.push(pick);
        }
        break;
      case 4: {
        const back = detached[random(detached.length || 1)];
        if (back && !back.contains(other)) other.append(back);
        break;
      }
      case 5:
        pick.setAttribute('class', `c${random(9)}`);
        break;
      case 6: {
        const text = [...pick.childNodes].find((n) => n.nodeType === 3) as Text | undefined;
        if (text) text.data = `x${random(1000)}`;
        break;
      }
      case 7:
        if (pick !== stage) pick.replaceWith(...pick.childNodes);
        break;
      case 8:
        if (random(4) === 0 && pick !== stage) pick.innerHTML = '<em>new</em>mid<em>er</em>';
        break;
    }
  }
}
