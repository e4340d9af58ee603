import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contributor } from './contributor.ts';
import { buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { startTestSite, type TestSite } from './test-site.ts';

/** A page that changes so much, so often, that following it takes more than a hundredth of a core. */
const BUSY = `<!doctype html><html lang="en"><title>Busy</title><h1>Busy</h1><div id="a"></div><script>
setInterval(() => { const a = document.getElementById('a'); a.textContent = '';
  for (let i = 0; i < 400; i++) { const p = document.createElement('p'); p.title = String(Math.random());
    p.append(String(Math.random()), document.createElement('b')); a.append(p); } }, 80);
</script></html>`;

let site: TestSite;
beforeAll(async () => {
  buildExtension();
  site = await startTestSite({ '/busy': BUSY });
});
afterAll(() => site?.close());

describe('the agreed budgets', () => {
  test('[CAP62] [CAP63] [CAP65] a page that costs too much is slowed down first, then the recording ends and says why', async () => {
    const browser = await ExtensionBrowser.launch();
    try {
      const contributor = new Contributor(await browser.panel());
      await contributor.openAgreementFile([site.origin, site.frameOrigin], {
        change: ({ budgets }) => {
          budgets.cpuPercent = 1;
        },
      });
      await contributor.accept();
      const page = await browser.context.newPage();
      await page.goto(`${site.origin}/busy`);
      await contributor.startCard();
      await page.bringToFront();
      const { panel } = contributor;
      await panel.getByText('Recording was slowed down to keep to this.').waitFor({ timeout: 60_000 });
      const { budgets, state } = await contributor.view();
      expect(state).toBe('recording');
      expect(budgets?.cpu.share).toBeGreaterThan(0.01);
      expect(budgets?.memory.bytes).toBeGreaterThan(0);
      expect(budgets?.disk.bytes).toBeGreaterThan(0);
      await panel
        .getByText(/took more of this computer’s processor than agreed/)
        .waitFor({ timeout: 90_000 });
      const [ended] = (await contributor.view()).recordings;
      expect(ended).toMatchObject({ state: 'reviewing', ended: 'cpu' });
      // What was recorded is kept, and no agent is left.
      expect(ended?.events).toBeGreaterThan(0);
      expect(await panel.evaluate(() => chrome.scripting.getRegisteredContentScripts())).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test('[CAP61] seeded hole: the same page under the usual budget goes on, at the pace of always', async () => {
    const browser = await ExtensionBrowser.launch();
    try {
      const contributor = new Contributor(await browser.panel());
      await contributor.openAgreementFile([site.origin, site.frameOrigin], {
        change: ({ budgets }) => {
          budgets.cpuPercent = 100;
          budgets.memoryMegabytes = 4096;
        },
      });
      await contributor.accept();
      const page = await browser.context.newPage();
      await page.goto(`${site.origin}/busy`);
      await contributor.startCard();
      await page.bringToFront();
      await page.waitForTimeout(5_000);
      const { budgets, state } = await contributor.view();
      expect(state).toBe('recording');
      expect(budgets?.slow).toBe(false);
      expect(budgets?.cpu.share).toBeGreaterThan(0);
      await contributor.stop();
    } finally {
      await browser.close();
    }
  });
});
