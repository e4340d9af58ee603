import { canonicalDigest } from '@aboveboard/consent/canonical-json';
import { dealCodes } from '@aboveboard/consent/enrolment-codes';
import { plainEntry } from '@aboveboard/consent/uses-entry';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Contributor } from './contributor.ts';
import { buildExtension, ExtensionBrowser } from './extension-browser.ts';
import { CODE, StandInInstallation } from './stand-in-installation.ts';
import { startTestSite, type TestSite } from './test-site.ts';

const PICTURES = process.env['ABOVEBOARD_PICTURES'];
const seconds = () => Math.floor(Date.now() / 1000);

let site: TestSite;
let installation: StandInInstallation;
let browser: ExtensionBrowser;
let contributor: Contributor;
let code: string;

beforeAll(async () => {
  buildExtension();
  site = await startTestSite();
  installation = await StandInInstallation.start([site.origin]);
  installation.enterCommitmentsAtOnce();
  browser = await ExtensionBrowser.launch();
  contributor = new Contributor(await browser.panel());
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  [code = ''] = (await dealCodes(1, random, crypto.subtle)).codes;
});
afterAll(async () => {
  await browser?.close();
  await installation?.close();
  await site?.close();
});

async function sound(page: Page, name: string, widths = [320, 1100]): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(150);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      const found = violations.map(({ id, nodes }) => `${id} ${nodes.map((n) => n.target).join(' ')}`);
      expect(found, `${name} ${colorScheme}`).toEqual([]);
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(wide, `${name} at ${width}`).toBe(0);
      if (PICTURES)
        await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}-${width}.png`, fullPage: true });
    }
  }
}

/** Everything by keys alone: Tab to what has this name, then the key. */
async function byKeys(page: Page, name: string, key: string): Promise<void> {
  const named = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      return `${at?.closest('label')?.textContent ?? at?.textContent ?? ''}`;
    });
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    if ((await named()).includes(name)) {
      await page.keyboard.press(key);
      return;
    }
  }
  throw new Error(`“${name}” was not reached by keys`);
}

describe('voices and logs in the recorder', () => {
  test('[RLY41] [RLY45] [RLY46] she objects by keys alone, keeps the receipt, and finds it counted in the log', async () => {
    const { guardian, rules, agreement } = installation;
    const digest = await canonicalDigest(agreement, crypto.subtle);
    await contributor.connect(guardian.origin, CODE);
    await contributor.accept();
    const page = await browser.context.newPage();
    await page.goto(browser.url('object.html'));
    await page.getByText('There is nothing to object to').waitFor({ timeout: 20_000 });

    guardian.voice.words = guardian.recipient;
    const asksUntil = seconds() + 12;
    await rules.say(await guardian.voice.openFor(agreement, asksUntil, asksUntil + 600), 'representative');
    await page.getByText('To object, give your code above').waitFor({ timeout: 20_000 });
    await sound(page, 'object-code');
    await page.getByLabel('The code on your sheet').fill('not a code');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('This is not a code').waitFor();
    await page.getByLabel('The code on your sheet').fill(code);
    await page.keyboard.press('Enter');
    await page.getByText('Your code is known here.').waitFor();
    await page.getByText('Your recorder has asked.').waitFor({ timeout: 15_000 });
    await sound(page, 'object-asked', [320]);
    // Neither the code's secret nor the token's key lies on the disk as it is.
    const stored = await page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          const opening = indexedDB.open('aboveboard');
          opening.onsuccess = () => {
            const store = opening.result.transaction('settings').objectStore('settings');
            const reading = store.get('voices');
            reading.onsuccess = () => resolve(new TextDecoder('latin1').decode(reading.result));
          };
        }),
    );
    expect(stored.length).toBeGreaterThan(500);
    expect(stored).not.toMatch(/ticket|seed|inverse/);

    await page.getByText('What do you object to?').waitFor({ timeout: 30_000 });
    expect(await page.getByRole('radio', { checked: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Object', exact: true }).click();
    await page.getByText('Choose above what you object to.').waitFor();
    await sound(page, 'object-form');
    await page.reload();
    await page.getByText('What do you object to?').waitFor();
    await byKeys(page, 'The whole agreement', 'Space');
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('radio', { checked: true }).getAttribute('value')).toMatch(/^app /);
    await byKeys(page, 'Object', 'Enter');
    await page.getByText('The guardian has taken it.').waitFor({ timeout: 15_000 });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the receipt' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^voice-[0-9a-f]{8}\.txt$/);

    const count = await guardian.voice.publish(digest, seconds() + 3600);
    await page.getByText('has not entered this count').waitFor({ timeout: 15_000 });
    if (count) await rules.say(count, 'representative');
    await page.getByText(/Entry \d+ of the log of rules counts it/).waitFor({ timeout: 15_000 });
    await page.getByText('Yours is in the list, as you said it.').waitFor();
    await sound(page, 'object-counted');
    // Whoever watched saw one size, and nothing that was said.
    const posts = guardian.voice.wire.filter((one) => one.startsWith('POST'));
    expect(new Set(posts)).toEqual(new Set(['POST 8204']));
    expect(posts.length).toBeGreaterThan(5);
    await page.close();
  });

  test('[OBJ31] a ballot, from the same page', async () => {
    const { guardian } = installation;
    const page = await browser.context.newPage();
    await page.goto(browser.url('object.html'));
    await guardian.voice.openElection(seconds() + 6, seconds() + 3600);
    const election = page.getByRole('region', { name: 'Election of a representative' });
    await election.getByRole('radio', { name: 'Bea Example' }).check({ timeout: 30_000 });
    await sound(page, 'vote-form', [320]);
    await election.getByRole('button', { name: 'Vote' }).click();
    await election.getByText('The guardian has taken it.').waitFor({ timeout: 15_000 });
    await page.close();
  });

  test('[RLY30] [T13] the uses log, day by day, with her own lines marked, each with its proof', async () => {
    const { uses, state } = installation;
    await expect.poll(() => state.commitments.length, { timeout: 15_000 }).toBe(1);
    uses.entries.push(
      plainEntry({
        format: 'aboveboard-use',
        formatVersion: 1,
        at: seconds(),
        actor: { role: 'researcher', account: 'ab'.repeat(16) },
        act: {
          kind: 'access',
          grant: 'cd'.repeat(16),
          purpose: 'model-training',
          recordings: 3,
          list: 'e'.repeat(64),
        },
      }),
    );
    const page = await browser.context.newPage();
    await expect
      .poll(
        async () => {
          await page.goto(browser.url('log.html'));
          await page.getByRole('radio', { name: /Uses/ }).check();
          await page.getByRole('region', { name: /Uses/ }).getByRole('button').first().waitFor();
          return page.getByText('A researcher opened 3 recordings').count();
        },
        { timeout: 20_000 },
      )
      .toBe(1);
    await page.getByText('You agreed to take part.').waitFor();
    await page.locator('.lb-own').waitFor();
    const [today, yesterday] = await page.locator('.lb-days tbody tr').allInnerTexts();
    expect(today?.split(/\s+/).slice(1)).toEqual(['1', '3', '0', '0']);
    expect(yesterday?.split(/\s+/).slice(1)).toEqual(['0', '0', '0', '0']);
    const downloads: string[] = [];
    page.on('download', (download) => downloads.push(download.suggestedFilename()));
    await page.getByRole('button', { name: 'Save the proof of entry 1', exact: true }).click();
    await expect.poll(() => downloads.sort()).toEqual(['entry-1.bin', 'entry-1.tlog-proof']);
    await page.getByText('How do I know?').click();
    await sound(page, 'log-uses');
    await page.getByLabel('Show', { exact: true }).selectOption('own');
    expect(await page.locator('.lb-line').count()).toBe(1);
    await page.close();
  });
});
