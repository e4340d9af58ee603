import type { Page } from 'playwright-core';
import { rolldown } from 'rolldown';

/** Entry that runs in a real page: the spool's own code, with what a test calls. */
const ENTRY = new URL('./store-entry.ts', import.meta.url).pathname;

/** Bundles the store's code as the extension would, and loads it into a page. */
export async function loadStore(page: Page): Promise<void> {
  const build = await rolldown({ input: ENTRY, platform: 'browser', logLevel: 'silent' });
  const { output } = await build.generate({ format: 'iife' });
  await build.close();
  await page.evaluate(output[0].code);
}
