import { readFileSync } from 'node:fs';
import { plainEntry } from '@aboveboard/consent/uses-entry';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contributor } from './contributor.ts';
import { buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { CODE, StandInInstallation } from './stand-in-installation.ts';
import { startTestSite, type TestSite } from './test-site.ts';

const RELEASED = `${'R'.repeat(21)}A`;
const PICTURES = process.env['ABOVEBOARD_PICTURES'];

let site: TestSite;
let installation: StandInInstallation;
let browser: ExtensionBrowser;
let contributor: Contributor;
beforeAll(async () => {
  buildExtension();
  site = await startTestSite();
  installation = await StandInInstallation.start([site.origin]);
  browser = await ExtensionBrowser.launch();
  contributor = new Contributor(await browser.panel());
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
  site?.close();
});

async function sound(page: Page, name: string, widths = [320, 400]): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(150);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      const found = violations.map(({ id, nodes }) => `${id} ${nodes.map((n) => n.target).join(' ')}`);
      expect(found, `${name} ${colorScheme}`).toEqual([]);
      const outside = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        if (scrollWidth === clientWidth) return [];
        return [...document.querySelectorAll('body *')]
          .filter((one) => one.getBoundingClientRect().right > clientWidth + 0.5)
          .map((one) => `${one.localName}.${one.className}: ${one.textContent?.slice(0, 40)}`);
      });
      expect(outside, `${name} at ${width}`).toEqual([]);
      if (PICTURES)
        await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}-${width}.png`, fullPage: true });
    }
  }
}

async function openAll(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
}

describe('what is shown of the rules', () => {
  test('a code that is not known, the rules, the fingerprints, the choices', async () => {
    const { panel } = contributor;
    await contributor.connect(installation.guardian.origin, 'WRONG');
    await panel.getByText('The server does not know this code').waitFor({ timeout: 20_000 });
    await sound(panel, 'join-refused');
    await panel.getByLabel('Your one-time code').fill(CODE);
    await panel.getByRole('button', { name: 'Use the code' }).click();
    await panel.getByText('Your code is on its way').waitFor();
    await sound(panel, 'joining', [320]);
    await contributor.accept();
    await panel.getByText('Your receipts').waitFor({ timeout: 15_000 });
    await sound(panel, 'rules-ready');
    await openAll(panel);
    await sound(panel, 'rules-open', [320]);
    await panel.getByRole('button', { name: 'Withdraw: Demonstration applications' }).click();
    await panel.getByText('What follows').waitFor();
    await sound(panel, 'withdraw', [320]);
    await panel.getByRole('button', { name: 'Keep it' }).click();
  });

  test('[ACC50] [ACC53] [ACC56] [ACC57] [HLD26] her data: who read it, day by day, a copy, erased, by keyboard alone', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const grant = 'ab'.repeat(16);
    const use = { format: 'aboveboard-use', formatVersion: 1, at: Math.floor(Date.now() / 1000) } as const;
    const act = { kind: 'access', grant, purpose: 'dataset', recordings: 3, list: '0'.repeat(64) } as const;
    const entry = installation.uses.entries.length;
    installation.uses.entries.push(plainEntry({ ...use, actor: { role: 'researcher', account: null }, act }));
    const one = { day, kind: 'dataset', by: 'researcher', grant, recordings: [RELEASED], entry };
    const days = Array.from({ length: 30 }, (_, i) => ({
      day: new Date(Date.now() - (29 - i) * 86_400_000).toISOString().slice(0, 10),
      readings: 0,
    }));
    const hold = 'cd'.repeat(16);
    const until = Math.floor(Date.now() / 1000) + 30 * 86_400;
    const approvedBy = (['employer', 'representative'] as const).map((role) => ({ role, account: null }));
    installation.uses.entries.push(
      plainEntry({
        ...use,
        actor: { role: 'representative', account: null },
        act: { kind: 'hold', hold, reason: 'court-order', approvedBy, until, subject: '0'.repeat(64) },
      }),
    );
    const held = {
      hold,
      reason: 'court-order' as const,
      until: new Date(until * 1000).toISOString().slice(0, 10),
      by: ['employer' as const, 'representative' as const],
      entry: entry + 1,
      erasureWaits: true,
    };
    installation.says([{ id: RELEASED, state: 'released', parts: 2, bytes: 1000, held }], {
      accesses: [one, { ...one, kind: 'inspection' }],
      days,
    });
    const page = await browser.context.newPage();
    await page.goto(browser.url('data.html'));
    const press = async (name: string) => {
      const button = page.getByRole('button', { name, exact: true });
      await button.waitFor();
      await button.focus();
      await page.keyboard.press('Enter');
    };
    await page.getByText('has not been asked yet').waitFor();
    await press('Ask the server now');
    await page.getByText('with both approvals').waitFor({ timeout: 60_000 });
    await page.getByText('It is carried out by itself within an hour of the end').waitFor();
    await page.getByText('under the head that the witnesses signed.').first().waitFor();
    await page.getByText('1 reading does not fit the log of uses').waitFor();
    await press('Show all 30 days');
    expect(await page.locator('tbody tr').count()).toBe(30);
    const today = page.locator('tbody tr').first();
    expect(await today.locator('td').allTextContents()).toEqual(['2', '1']);
    await sound(page, 'data', [320, 1100]);
    const download = page.waitForEvent('download');
    await press('Save a copy of everything');
    const saved = readFileSync(await (await download).path()).toString('latin1');
    for (const name of ['READ-ME.txt', 'consents.json', 'agreement.json', 'at-the-server/readings.json'])
      expect(saved).toContain(name);
    expect(saved).toMatch(/receipts\/[^/]+\.json/);
    await page.getByText(`What is in recording ${RELEASED}`).waitFor();
    await press('Erase everything of mine');
    await press('Yes, erase everything now');
    await page.getByText('expires on 2031-01-02').waitFor({ timeout: 60_000 });
    expect(installation.state.mine).toEqual([]);
    await page.getByText(`Recording ${RELEASED}: erased`).waitFor();
    await sound(page, 'data-erased', [320, 1100]);
    await page.close();
  });

  test('what is new, a log, a file that is verified, a revocation', async () => {
    const { panel } = contributor;
    await installation.adopt((agreement) => {
      const [app] = agreement.apps;
      if (app)
        agreement.apps.push({
          ...structuredClone(app),
          id: 'ledger',
          name: 'Ledger',
          origins: [site.frameOrigin],
        });
    });
    await panel.getByText('New since you agreed').waitFor({ timeout: 20_000 });
    await sound(panel, 'fresh');
    const log = await browser.context.newPage();
    await log.goto(browser.url('log.html'));
    await log
      .getByText(/version 2/)
      .first()
      .waitFor();
    await openAll(log);
    await sound(log, 'log', [320, 1100]);
    const verify = await browser.context.newPage();
    await verify.goto(browser.url('verify.html'));
    await verify
      .getByLabel('Receipt or proof')
      .setInputFiles({ name: 'x', mimeType: 'text/plain', buffer: Buffer.from('nothing of the kind') });
    await verify.getByText('That is neither').waitFor();
    await sound(verify, 'verify', [320, 1100]);
    await panel.bringToFront();
    await installation.rules.revoke(installation.agreement, 'employer');
    await panel.getByText('One of the parties has revoked').first().waitFor({ timeout: 20_000 });
    await sound(panel, 'revoked');
  });
});
