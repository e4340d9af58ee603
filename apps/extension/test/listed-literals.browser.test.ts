import { writeLiteralList } from '@aboveboard/consent/literal-list';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contributor } from './contributor.ts';
import { buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { readSpooled } from './spooled-recording.ts';
import { startTestSite, type TestSite } from './test-site.ts';

let site: TestSite;
beforeAll(async () => {
  buildExtension();
  site = await startTestSite();
});
afterAll(() => site?.close());

/** Records a few seconds; what the recording holds, and what the application's server was asked for. */
async function recordedWith(literals?: Uint8Array): Promise<{ all: string; requests: string[] }> {
  const browser = await ExtensionBrowser.launch();
  try {
    const contributor = new Contributor(await browser.panel());
    await contributor.openAgreementFile([site.origin, site.frameOrigin], literals ? { literals } : {});
    await contributor.accept();
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    await page.waitForLoadState('load');
    const before = site.requests.length;
    await contributor.startCard();
    await page.bringToFront();
    await page.mouse.move(200, 100, { steps: 5 });
    // Longer than the recorder waits before it looks at what an application ships.
    await page.waitForTimeout(3_000);
    const id = await contributor.stop();
    const { states } = await readSpooled(contributor.panel, id);
    // The browser looks for an icon when it likes, recorder or not.
    const requests = site.requests.slice(before).filter((path) => path !== '/favicon.ico');
    return { all: JSON.stringify(states), requests };
  } finally {
    await browser.close();
  }
}

describe('an application whose words the agreement lists', () => {
  test('[SPO46] is asked for nothing, and its listed words stay readable, no others', async () => {
    const { all, requests } = await recordedWith(writeLiteralList(['Expenses', 'Save']));
    expect(requests).toEqual([]);
    expect(all).toContain('"Expenses"');
    expect(all).toContain('"Save"');
    // Shipped by the application, and not in the list.
    expect(all).not.toContain('"Travel"');
    expect(all).not.toContain('Paula');
  });

  test('seeded hole: without the list the recorder does ask, and this test can tell', async () => {
    const { all, requests } = await recordedWith();
    expect(requests).toContain('/app.js');
    expect(all).toContain('"Travel"');
  });
});
