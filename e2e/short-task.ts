import type { Page } from 'playwright-core';
import type { Contributor } from '../apps/extension/test/contributor.ts';
import type { ExtensionBrowser } from '../apps/extension/test/extension-browser.ts';

/** She records a note in an application, reviews and releases it; the cooling time is over at once. */
export async function releaseShortTask(
  browser: ExtensionBrowser,
  contributor: Contributor,
  origin: string,
): Promise<void> {
  const { panel } = contributor;
  const page = await browser.context.newPage();
  await page.goto(origin);
  await panel.bringToFront();
  await panel.getByText('In your own words', { exact: true }).click();
  await panel.getByLabel('What are you about to do?').fill('keep a note');
  await panel.getByRole('button', { name: 'Start recording' }).click();
  await panel.getByRole('button', { name: 'Pause' }).waitFor();
  await page.bringToFront();
  await page.getByRole('textbox').fill('a note');
  await page.getByRole('button', { name: 'Keep' }).click();
  await page.waitForTimeout(700);
  const [review] = await Promise.all([browser.context.waitForEvent('page'), contributor.press('Stop')]);
  review.setDefaultTimeout(60_000);
  await review.getByRole('radio', { name: 'Yes' }).check();
  await review.getByRole('button', { name: 'Release' }).click();
  await isCooling(contributor);
  await panel.bringToFront();
  await coolAtOnce(panel);
}

async function isCooling(contributor: Contributor): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    if ((await contributor.view()).recordings[0]?.state === 'cooling') return;
    await contributor.panel.waitForTimeout(250);
  }
  throw new Error('what she released does not rest within a minute');
}

/** A production agreement cools for a day at least; no test waits for that. */
async function coolAtOnce(panel: Page): Promise<void> {
  await panel.evaluate(async () => {
    const open = indexedDB.open('aboveboard');
    const database = await new Promise<IDBDatabase>((resolve) => {
      open.onsuccess = () => resolve(open.result);
    });
    const store = database.transaction('shelf', 'readwrite').objectStore('shelf');
    const all = store.getAll();
    await new Promise<void>((resolve) => {
      all.onsuccess = () => {
        for (const row of all.result)
          store.put({ ...row, release: { ...row.release, recallUntil: 0, uploadAt: 0 } });
        store.transaction.oncomplete = () => resolve();
      };
    });
    await chrome.alarms.create('upload', { when: Date.now() + 500 });
  });
}
