import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingsInAllForms } from './accessibility.ts';
import { hasChromium, launchChromium } from './chromium.ts';
import { type Demonstration, startDemonstration } from './demonstration.ts';

/** Both logs for everyone, a proof saved from them, and what the page that checks it says. */
const here = describe.skipIf(!hasChromium);
const folder = mkdtempSync(join(tmpdir(), 'aboveboard-proofs-'));
let demonstration: Demonstration;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!hasChromium) return;
  demonstration = await startDemonstration();
  browser = await launchChromium();
  page = await (await browser.newContext({ acceptDownloads: true })).newPage();
});
afterAll(async () => {
  await browser?.close();
  await demonstration?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const visit = (path: string) => page.goto(`${demonstration.url}${path}`);
const lines = () => page.locator('.lb-words').allTextContents();

here('the logs', () => {
  test('tell the rules newest first, filtered by kind, and say what was checked and what this page is worth', async () => {
    await visit('/logs');
    await page.getByText('it is in force.').waitFor();
    const told = (await lines()).map((line) => line.trim());
    expect(told.at(-1)).toMatch(/^Version \d+ of the agreement was put forward\.$/);
    expect(told.filter((line) => line.includes('signed version'))).toHaveLength(3);
    await page.getByText('so it can’t vouch for the server').waitFor();
    await page.getByText('How do I know?').click();
    await page.getByText(/^All \d+ entries of the log .* hash to the checkpoint/).waitFor();
    await page.getByText('Nobody gave this reader the parties’ keys').waitFor();
    expect(await findingsInAllForms(page)).toEqual([]);
  });

  test('show the uses, and switch with the keyboard', async () => {
    await page.getByLabel('Rules').focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText('changed the setting').first().waitFor();
    expect(await page.getByLabel('Uses').isChecked()).toBe(true);
    const all = (await lines()).length;
    await page.getByLabel('Show', { exact: true }).selectOption('setting');
    expect((await lines()).length).toBeLessThanOrEqual(all);
    expect((await lines()).every((line) => line.includes('setting'))).toBe(true);
    expect(await findingsInAllForms(page)).toEqual([]);
  });

  test('are not shown when a tile is not what the checkpoint says: the seeded hole is found', async () => {
    await page.route('**/log/rules/tile/entries/**', async (route) => {
      const answer = await route.fetch();
      const body = await answer.body();
      body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1);
      await route.fulfill({ response: answer, body });
    });
    await visit('/logs');
    await page
      .getByRole('alert')
      .filter({ hasText: 'This log does not hold, so nothing of it is shown.' })
      .waitFor();
    expect(await lines()).toEqual([]);
    await page.unroute('**/log/rules/tile/entries/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('it is in force.').waitFor();
  });
});

here('a proof', () => {
  const proof = () => join(folder, 'entry-0.tlog-proof');
  const entry = () => join(folder, 'entry-0.bin');

  test('is saved with its entry, and holds, without a request after it was chosen', async () => {
    await visit('/logs');
    await page.getByText('it is in force.').waitFor();
    const both = new Promise<void>((resolve) => {
      let files = 0;
      page.on('download', async (download) => {
        await download.saveAs(join(folder, download.suggestedFilename()));
        files += 1;
        if (files === 2) resolve();
      });
    });
    await page.getByRole('button', { name: 'Save the proof of entry 0', exact: true }).click();
    await both;
    await visit('/verify');
    await page.waitForLoadState('networkidle');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.locator('[data-pick=verify]').setInputFiles([proof(), entry()]);
    await page.getByRole('heading', { name: '“entry-0.bin” stands in the log.' }).waitFor();
    await page.getByText('The entry hashes to the root of that state of the log.').waitFor();
    await page.getByText('this server named them').waitFor();
    expect(asked).toEqual([]);
    expect(await findingsInAllForms(page)).toEqual([]);
  });

  test('of an entry that was changed does not hold, and one without its entry says what it needs', async () => {
    const changed = readFileSync(entry());
    changed.writeUInt8(changed.readUInt8(40) ^ 1, 40);
    writeFileSync(join(folder, 'changed.bin'), changed);
    await page.locator('[data-pick=verify]').setInputFiles([proof(), join(folder, 'changed.bin')]);
    await page.getByRole('heading', { name: '“entry-0.tlog-proof” does not hold.' }).waitFor();
    await page.getByText('it is another entry, or was changed.').waitFor();
    expect(await page.getByText('What it says').count()).toBe(0);
    await page.locator('[data-pick=verify]').setInputFiles([proof()]);
    await page.getByText('Choose the file of the entry together with the proof.').waitFor();
  });

  test('is held against a policy of one’s own, where that is given', async () => {
    const told = await (await fetch(`${demonstration.url}/api/logs/policy`)).text();
    writeFileSync(join(folder, 'my-policy'), told);
    await page.locator('[data-pick=verify]').setInputFiles([proof(), entry(), join(folder, 'my-policy')]);
    await page.getByText('Checked against the policy that you gave.').waitFor();
    writeFileSync(join(folder, 'my-policy'), 'quorum none\n');
    await page.locator('[data-pick=verify]').setInputFiles([proof(), entry(), join(folder, 'my-policy')]);
    await page.getByText('That state is not signed by a log that counts here.').waitFor();
  });
});
