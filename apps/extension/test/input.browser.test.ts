import { actionsOf } from '@aboveboard/dataset/actions';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Contributor } from './contributor.ts';
import { buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { readSpooled } from './spooled-recording.ts';
import { startTestSite, type TestSite } from './test-site.ts';

// What a person does, from her hand to the steps that review lists and a dataset holds.

let site: TestSite;
let browser: ExtensionBrowser;
let contributor: Contributor;
let page: Page;

beforeAll(async () => {
  buildExtension();
  site = await startTestSite();
  browser = await ExtensionBrowser.launch();
  contributor = new Contributor(await browser.panel());
  await contributor.openAgreementFile([site.origin, site.frameOrigin]);
  await contributor.accept();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});
beforeEach(async () => {
  page = await browser.context.newPage();
  await page.goto(site.origin);
});
afterEach(async () => {
  await page.close();
});

async function recordedWith(act: () => Promise<void>) {
  await contributor.startCard();
  await page.bringToFront();
  await page.waitForTimeout(800);
  await act();
  await page.waitForTimeout(800);
  const { manifest, events } = await readSpooled(contributor.panel, await contributor.stop());
  const { actions } = actionsOf(events, { tickMicroseconds: manifest?.clock.tickMicroseconds ?? 0 });
  return { events, actions, kinds: actions.map(({ kind }) => kind).filter((kind) => kind !== 'wait') };
}

describe('from her hand to the steps', () => {
  test('[ACT40] a recording that is paused at its very start begins with what she does after it', async () => {
    const { events, kinds } = await recordedWith(async () => {
      await contributor.press('Pause');
      await contributor.panel.waitForTimeout(6000);
      await contributor.press('Resume');
      await page.bringToFront();
      await page.waitForTimeout(1000);
      await page.click('#save');
    });
    expect(events.filter((event) => event.kind === 'navigate').length).toBeGreaterThan(0);
    expect(kinds).toEqual(['click']);
  });

  test('[ACT35] [ACT32] a choice by mouse, one by letters, and a space on a button are three steps', async () => {
    const { actions, kinds } = await recordedWith(async () => {
      await page.click('#kind');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(6000);
      await page.keyboard.type('T');
      await page.waitForTimeout(300);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Space');
      await page.getByText('Saved').waitFor();
    });
    expect(kinds).toEqual(['select', 'select', 'key', 'key']);
    expect(actions.filter(({ kind }) => kind === 'select')).toMatchObject([
      { value: { open: true, text: 'Meals' }, at: { nx: expect.any(Number) } },
      { value: { open: true, text: 'Travel' }, at: null },
    ]);
    expect(actions.at(-1)).toMatchObject({ kind: 'key', name: 'Space', node: expect.any(Number) });
  });

  test('[REC31] the browser’s own zoom is said with its viewport and ratio, and presses stay on what they met', async () => {
    const tab = await contributor.panel.evaluate(
      async (url) => (await chrome.tabs.query({ url: `${url}/*` })).at(-1)?.id ?? -1,
      site.origin,
    );
    const zoom = (factor: number) =>
      contributor.panel.evaluate(([id, by]) => chrome.tabs.setZoom(id, by), [tab, factor] as const);
    const places: { x: number; y: number; width: number; height: number }[] = [];
    const press = async () => {
      await page.click('#save');
      const { x, y, width, height } = await page
        .locator('#save')
        .evaluate((button) => button.getBoundingClientRect().toJSON() as DOMRect);
      places.push({ x, y, width, height });
      await page.waitForTimeout(700);
    };
    const { events } = await recordedWith(async () => {
      await press();
      await zoom(1.5);
      await page.waitForTimeout(800);
      await press();
      await zoom(1);
      await page.waitForTimeout(800);
    });
    const said = events.filter((event) => event.kind === 'geometry');
    const zoomed = said.find((event) => event.zoom === 1.5 && event.ratio === 1.5);
    const [plain] = said;
    expect(plain).toMatchObject({ zoom: 1, ratio: 1 });
    expect(zoomed?.viewport.width).toBeCloseTo((plain?.viewport.width ?? 0) / 1.5, -1);
    expect(said.at(-1)).toMatchObject({ zoom: 1, ratio: 1, viewport: plain?.viewport });
    const downs = events.flatMap((event) => (event.kind === 'down' ? [event] : []));
    expect(downs).toHaveLength(2);
    expect(downs[1]?.node).toBe(downs[0]?.node);
    for (const [i, { x, y, width, height }] of places.entries()) {
      const down = downs[i] as (typeof downs)[number];
      expect(down.x).toBeGreaterThanOrEqual(x);
      expect(down.x).toBeLessThanOrEqual(x + width);
      expect(down.y).toBeGreaterThanOrEqual(y);
      expect(down.y).toBeLessThanOrEqual(y + height);
    }
  });
});
