import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgentWorld, bundle, launch, servePages, withAgent } from './agent-browser.ts';
import { replay, replayedMarkup } from './replayed-page.ts';

let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof servePages>>;

beforeAll(async () => {
  [browser, code, site] = await Promise.all([
    launch(),
    bundle('agent-entry.ts'),
    servePages({
      '/': '<!doctype html><title>a</title><div id="stage" class="one" style="color: red"></div>',
    }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

async function recorded(bare: boolean): Promise<{ page: Page; world: AgentWorld }> {
  const page = await browser.newPage();
  const { top } = await withAgent(page, code, { bare });
  await page.goto(site.origin);
  const world = await top();
  await world.start();
  await world.settled();
  return { page, world };
}

/** Attribute changes that were written, in order. */
function changes(world: AgentWorld): Record<string, unknown>[] {
  return world.of('state').flatMap(({ change }) => {
    if (change.type !== 3 || change.data.source !== 0) return [];
    return change.data.attributes.map(({ attributes }) => attributes);
  });
}

const stage = (page: Page, act: (element: HTMLElement) => void) => page.locator('#stage').evaluate(act);

describe('attributes', () => {
  test('[AGT18] what is set again as it was costs nothing', async () => {
    const { page, world } = await recorded(true);
    for (let round = 0; round < 3; round++) {
      await stage(page, (element) => {
        element.className = 'one';
        element.style.color = 'blue';
        element.style.color = 'red';
        element.toggleAttribute('hidden');
        element.toggleAttribute('hidden');
      });
      await page.waitForTimeout(120);
    }
    expect(changes(world)).toEqual([]);
    await stage(page, (element) => {
      element.className = 'two';
    });
    await world.settled();
    expect(changes(world)).toEqual([{ class: 'two' }]);
    await page.close();
  });

  test('[AGT18] what is other than it was is written, also when it was so before', async () => {
    const { page, world } = await recorded(true);
    for (const name of ['two', 'one', 'one', 'three', 'one']) {
      await page.locator('#stage').evaluate((element, to) => {
        element.setAttribute('class', to);
      }, name);
      await page.waitForTimeout(120);
    }
    await stage(page, (element) => element.removeAttribute('class'));
    await page.waitForTimeout(120);
    await stage(page, (element) => {
      element.remove();
      element.className = 'back';
      document.body.append(element);
    });
    await page.waitForTimeout(120);
    await stage(page, (element) => {
      element.className = 'one';
    });
    await world.settled();
    expect(changes(world)).toEqual([
      { class: 'two' },
      { class: 'one' },
      { class: 'three' },
      { class: 'one' },
      { class: null },
      { class: 'one' },
    ]);
    const replaying = await browser.newPage();
    expect(await replay(replaying, world)).toEqual([]);
    expect(await replayedMarkup(replaying)).toContain('class="one"');
    await replaying.close();
    await page.close();
  });
});
