import { join } from 'node:path';
import type { Page } from 'playwright-core';

export async function visitAt(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator('h1').waitFor();
  await page.getByText('One moment …', { exact: true }).first().waitFor({ state: 'detached' });
}

/** Through the menu: a new document would need the passkey's virtual device anew. */
export async function visitWithin(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await page.getByText('One moment …', { exact: true }).first().waitFor({ state: 'detached' });
}

/** A file that the page gave. */
export async function saved(page: Page, button: string, folder: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}
